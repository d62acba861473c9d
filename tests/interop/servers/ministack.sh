# MiniStack, an emulator of AWS that verifies signatures when AUTH=true.
MINISTACK_VERSION=1.5.33

install() {
  pip_install ministack ministack "ministack==$MINISTACK_VERSION"
}

start() {
  fresh_dir ministack
  local port
  read -r port < <(free_ports 1)
  mkdir "$DIR/tmp"
  AUTH=true AWS_ACCESS_KEY_ID="$OWN_ACCESS_KEY" AWS_SECRET_ACCESS_KEY="$OWN_SECRET_KEY" AWS_SESSION_TOKEN='' \
    BIND_HOST=127.0.0.1 GATEWAY_PORT="$port" MINISTACK_HOST=ministack.localtest TMPDIR="$DIR/tmp" HOME="$DIR" \
    background ministack "$VENV/bin/ministack"
  wait_until answers "$port" /_ministack/health

  # Its own key is exempt from verification, so there are a user, whose key is verified, and a role to assume.
  # botocore comes with the server.
  OWN_ACCESS_KEY="$OWN_ACCESS_KEY" OWN_SECRET_KEY="$OWN_SECRET_KEY" \
    "$VENV/bin/python" - "http://127.0.0.1:$port" >"$DIR/keys" <<'PY'
import json, os, sys
import botocore.session

iam = botocore.session.get_session().create_client(
    "iam", endpoint_url=sys.argv[1], region_name="us-east-1",
    aws_access_key_id=os.environ["OWN_ACCESS_KEY"], aws_secret_access_key=os.environ["OWN_SECRET_KEY"])

def policy(**statement):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})

iam.create_user(UserName="interop")
iam.put_user_policy(UserName="interop", PolicyName="all", PolicyDocument=policy(Action="*", Resource="*"))
role = iam.create_role(RoleName="InteropRole", AssumeRolePolicyDocument=policy(
    Principal={"AWS": "*"}, Action="sts:AssumeRole"))["Role"]
iam.put_role_policy(RoleName="InteropRole", PolicyName="all", PolicyDocument=policy(Action="*", Resource="*"))
key = iam.create_access_key(UserName="interop")["AccessKey"]
print(key["AccessKeyId"], key["SecretAccessKey"], role["Arn"])
PY
  read -r ACCESS_KEY SECRET_KEY ROLE_ARN <"$DIR/keys"
  export ACCESS_KEY SECRET_KEY ROLE_ARN
  export ENDPOINT="http://127.0.0.1:$port" VIRTUAL_HOST="http://s3.ministack.localtest:$port"
  export STS_ENDPOINT="http://127.0.0.1:$port"
}
