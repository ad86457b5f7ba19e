# Installs what the lists in packages/ name. Sourced by ./run and ./check, so that both speak of the
# same lists in the same words.
#
#   require_debian_12                  ends with one sentence anywhere else
#   install_packages ASK LIST...       ASK is "ask" or "go-on"; prints only what is missing

require_debian_12() {
  local id="" version=""
  if [ -r /etc/os-release ]; then
    id=$(. /etc/os-release && echo "${ID:-}")
    version=$(. /etc/os-release && echo "${VERSION_ID:-}")
  fi
  if [ "$id" != debian ] || [ "$version" != 12 ]; then
    echo "This script knows Debian 12 only: start it in a Debian 12 machine or container" \
      "(for example: docker run -it -v \"\$PWD\":/postrider -w /postrider debian:12)," \
      "or install the equivalents of packages/build.txt and build with" \
      "\`cmake --preset release && cmake --build --preset release\`." >&2
    exit 2
  fi
}

# The package names of the lists, without comments.
listed_packages() {
  sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$@" | sort -u
}

# An entry package:command is not missing where that command is there already, from wherever it came.
missing_packages() {
  local entry name
  for entry in $(listed_packages "$@"); do
    name=${entry%%:*}
    [ "$name" = "$entry" ] || ! command -v "${entry#*:}" >/dev/null || continue
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || echo "$name"
  done
}

install_packages() {
  local ask=$1 answer
  shift
  local -a missing as_root=()
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0

  echo "These Debian packages will be installed (from $*):"
  printf '%s\n' "${missing[@]}" | fmt -w 78 | sed 's/^/  /'
  if [ "$ask" = ask ] && [ -t 0 ] && [ -t 1 ]; then
    read -r -p "Go on? [Y/n] " answer
    case $answer in
      [nN]*) echo "Nothing was installed."; exit 1 ;;
    esac
  fi
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "Installing needs root: start this as root, or install sudo." >&2
      exit 1
    fi
    as_root=(sudo)
  fi

  local log
  log=$(mktemp)
  # Only Postfix's test programs are wanted: without a configuration its server does not start.
  if printf '%s\n' "${missing[@]}" | grep -qx postfix; then
    echo "postfix postfix/main_mailer_type select No configuration" |
      "${as_root[@]}" debconf-set-selections
  fi
  if ! { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q update &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get -q -y --no-install-recommends install "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    echo "Installing failed; the whole log is in $log." >&2
    exit 1
  fi
  rm -f "$log"
}
