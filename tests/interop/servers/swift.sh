# OpenStack Swift with its s3api and tempauth filters: one replica of each ring, one process per server.
SWIFT_VERSION=2.38.3

install() {
  pip_install swift swift-proxy-server "swift==$SWIFT_VERSION"
}

start() {
  fresh_dir swift
  local etc="$DIR/etc" proxy account container object memcache name port
  read -r proxy account container object memcache < <(free_ports 5)
  mkdir -p "$etc" "$DIR/srv/d1"
  # Swift keeps what it knows of an object in extended attributes.
  python3 -c 'import os, sys; os.setxattr(sys.argv[1], "user.interop", b"1")' "$DIR/srv" ||
    fail "the file system of $DIR has no user xattrs, which Swift needs: set INTEROP_HOME"

  # s3api takes account:user as the access key.
  local tempauth_account=AKIDINTEROP tempauth_user=EXAMPLE01
  cat >"$etc/swift.conf" <<CONF
[swift-hash]
swift_hash_path_prefix = interop
swift_hash_path_suffix = interop
[storage-policy:0]
name = only
default = yes
[swift-constraints]
max_header_size = 16384
CONF
  cat >"$etc/proxy-server.conf" <<CONF
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $proxy
workers = 0
user = $(id -un)
swift_dir = $etc
[pipeline:main]
pipeline = catch_errors healthcheck cache s3api tempauth copy slo dlo proxy-server
[app:proxy-server]
use = egg:swift#proxy
allow_account_management = true
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:$memcache
[filter:s3api]
use = egg:swift#s3api
location = $REGION
storage_domain = s3.localtest
s3_acl = false
auth_pipeline_check = false
allow_multipart_uploads = true
[filter:tempauth]
use = egg:swift#tempauth
user_${tempauth_account}_${tempauth_user} = $OWN_SECRET_KEY .admin
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
minimum_segment_size = 1
[filter:dlo]
use = egg:swift#dlo
CONF
  for name in account container object; do
    port=${!name}
    cat >"$etc/$name-server.conf" <<CONF
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $port
workers = 0
user = $(id -un)
swift_dir = $etc
devices = $DIR/srv
mount_check = false
disable_fallocate = true
[pipeline:main]
pipeline = $name-server
[app:$name-server]
use = egg:swift#$name
CONF
    (
      cd "$etc"
      "$VENV/bin/swift-ring-builder" "$name.builder" create 4 1 0
      "$VENV/bin/swift-ring-builder" "$name.builder" add "r1z1-127.0.0.1:$port/d1" 1
      "$VENV/bin/swift-ring-builder" "$name.builder" rebalance
    ) >>"$DIR/rings.log" 2>&1
  done
  # The proxy comes last: it shuns for a while what did not answer at once.
  for name in account container object; do
    SWIFT_DIR="$etc" background "$name" "$VENV/bin/swift-$name-server" "$etc/$name-server.conf" -v
  done
  for name in account container object; do wait_until answers "${!name}" /; done
  SWIFT_DIR="$etc" background proxy "$VENV/bin/swift-proxy-server" "$etc/proxy-server.conf" -v
  wait_until answers "$proxy" /healthcheck

  export ENDPOINT="http://127.0.0.1:$proxy" VIRTUAL_HOST="http://s3.localtest:$proxy"
  export ACCESS_KEY="$tempauth_account:$tempauth_user" SECRET_KEY="$OWN_SECRET_KEY"
}
