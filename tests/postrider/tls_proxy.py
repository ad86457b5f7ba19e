"""A TLS front before a local port, as a reverse proxy would stand before a server."""

import socket
import ssl
import threading
from contextlib import contextmanager


def _pump(source, target):
    try:
        while chunk := source.recv(65536):
            target.sendall(chunk)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def _serve(listener, context, port):
    while True:
        try:
            raw, _ = listener.accept()
        except OSError:
            return
        try:
            caller = context.wrap_socket(raw, server_side=True)
            server = socket.create_connection(("127.0.0.1", port), timeout=30)
        except OSError:
            raw.close()
            continue
        for source, target in ((caller, server), (server, caller)):
            threading.Thread(target=_pump, args=(source, target), daemon=True).start()


@contextmanager
def tls_front(certificate, key, port):
    """The port where it listens; certificate and key are files in PEM form."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve, args=(listener, context, port), daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)
