"""The harness of the whole-program stories: programs started, lists made, logs read.

Nothing here sleeps to synchronise: a story waits for a line of output, for a process to end, or for
`send --wait`, and every wait has a deadline.
"""
