#!/bin/sh
# Builds the base of all images: a Java runtime of only the modules that they need, on a minimal root
# with glibc. No container engine, no network: JDK, binutils' ldd and the C library are this machine's.
#   build.sh FOLDER   writes FOLDER/runtime.tar (docker archive) and keeps FOLDER/root, what is in it
set -eu
export LC_ALL=C
umask 022
here=$(CDPATH='' cd "$(dirname "$0")" && pwd -P)
out=$1
jdk=${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")}
stamp=1767225600 # 2026-01-01, as project.build.outputTimestamp

fail() {
  echo "images/runtime: $1" >&2
  exit 1
}

[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || fail "images are for Linux on x86_64; this is $(uname -s) on $(uname -m)"
[ -x "$jdk/bin/jlink" ] && [ -d "$jdk/jmods" ] || fail "no jlink or no jmods in $jdk; set JAVA_HOME to a whole JDK 17 (Debian: apt-get install openjdk-17-jdk)"
case $("$jdk/bin/java" -version 2>&1 | sed -n 's/.*version "\([^"]*\)".*/\1/p' | head -n 1) in
  17 | 17.*) ;;
  *) fail "$jdk is not Java 17, for which the images are made; set JAVA_HOME to a JDK 17" ;;
esac

libc=$(ldd --version | head -n 1)
want="$(cat "$here/build.sh" "$here/modules" "$jdk/release" | sha256sum | cut -d ' ' -f 1) $libc"
mkdir -p "$out"
exec 9>"$out/lock"
flock 9
if [ -f "$out/runtime.tar" ] && [ "$(cat "$out/built" 2>/dev/null)" = "$want" ]; then
  exit 0
fi
rm -rf "$out/root" "$out/built" "$out/runtime.tar" "$out/archive"
root=$out/root

modules=$(sed -e 's/#.*//' -e '/^ *$/d' "$here/modules" | tr -s ' \n' ',' | sed 's/,$//')
mkdir -p "$root/opt"
"$jdk/bin/jlink" --add-modules "$modules" --strip-java-debug-attributes --no-man-pages --no-header-files \
  --compress=2 --output "$root/opt/java"
# Some distributions link to their own bundle, which jlink leaves behind.
rm -f "$root/opt/java/lib/security/cacerts"
cp -L "$jdk/lib/security/cacerts" "$root/opt/java/lib/security/cacerts"
# Debug symbols of the JVM are no part of a runtime.
find "$root/opt/java" -name '*.debuginfo' -delete

# Every library that the JVM's own name, transitively, and what glibc opens by name for host names.
arch=x86_64-linux-gnu
mkdir -p "$root/lib/$arch" "$root/lib64" "$root/etc/ssl/certs" "$root/proc" "$root/sys" "$root/dev" "$root/tmp"
find "$root/opt/java" -type f \( -name '*.so' -o -path '*/bin/*' \) -exec env LD_LIBRARY_PATH="$root/opt/java/lib:$root/opt/java/lib/server" ldd {} \; \
  | awk '$3 ~ /^\// {print $3}' | grep -v "^$root" | sort -u >"$out/libraries"
for name in libc.so.6 libm.so.6 libdl.so.2 librt.so.1 libpthread.so.0 libresolv.so.2 libnss_dns.so.2 libnss_files.so.2 libstdc++.so.6 libgcc_s.so.1 libz.so.1; do
  for folder in /lib/$arch /usr/lib/$arch /lib64 /usr/lib64; do
    [ ! -e "$folder/$name" ] || { echo "$folder/$name"; break; }
  done
done >>"$out/libraries"
while read -r library; do
  cp -L "$library" "$root/lib/$arch/"
done <"$out/libraries"
cp -L /lib64/ld-linux-x86-64.so.2 "$root/lib64/"
for name in libc.so.6 libstdc++.so.6 libz.so.1; do
  [ -e "$root/lib/$arch/$name" ] || fail "$name was not found on this machine; install the C and C++ runtime (Debian: apt-get install libc6 libstdc++6 zlib1g)"
done

for bundle in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem; do
  if [ -e "$bundle" ]; then
    cp -L "$bundle" "$root/etc/ssl/certs/ca-certificates.crt"
    break
  fi
done
printf 'root:x:0:0:root:/:/nonexistent\ntatara:x:10001:10001:tatara:/tmp:/nonexistent\n' >"$root/etc/passwd"
printf 'root:x:0:\ntatara:x:10001:\n' >"$root/etc/group"
printf 'passwd: files\ngroup: files\nhosts: files dns\n' >"$root/etc/nsswitch.conf"
# What glibc finds libraries by; without it, /lib/x86_64-linux-gnu is Debian's default only.
printf '/lib/%s\n' "$arch" >"$root/etc/ld.so.conf"
/sbin/ldconfig -r "$root" -X 2>/dev/null || fail "ldconfig does not work on $root"
rm -rf "$root/var"

# What is in it beside Java, for who looks for known faults: name, version and package URL of each.
distribution=$(sed -n 's/^ID="\{0,1\}\([a-z]*\)"\{0,1\}$/\1/p' /etc/os-release)
package_of() {
  if command -v dpkg-query >/dev/null; then
    name=$(dpkg-query --search "*/$1" 2>/dev/null | grep "/$1\$" | head -n 1 | cut -d : -f 1)
    [ -z "$name" ] || dpkg-query --show --showformat='${Package} ${Version} deb\n' "$name" | head -n 1
  elif command -v rpm >/dev/null; then
    rpm --query --file "$(ls /lib64/"$1" /usr/lib64/"$1" 2>/dev/null | head -n 1)" --queryformat '%{NAME} %{VERSION}-%{RELEASE} rpm\n' 2>/dev/null | head -n 1
  fi
}
escaped() {
  echo "$1" | sed -e 's/+/%2B/g' -e 's/:/%3A/g'
}
java_version=$(sed -n 's/^JAVA_RUNTIME_VERSION="\(.*\)"/\1/p' "$jdk/release")
[ -n "$java_version" ] || java_version=$(sed -n 's/^JAVA_VERSION="\(.*\)"/\1/p' "$jdk/release")
{
  for library in "$root/lib/$arch"/*; do
    package_of "$(basename "$library")"
  done
  [ ! -e "$root/etc/ssl/certs/ca-certificates.crt" ] || package_of update-ca-certificates
} | sort -u >"$out/packages"
{
  printf '{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"metadata":{"component":{"type":"container","name":"runtime","version":"17"}},"components":[\n'
  printf '{"type":"platform","name":"openjdk","version":"%s","purl":"pkg:generic/openjdk@%s"}' "$java_version" "$(escaped "$java_version")"
  while read -r name version kind; do
    printf ',\n{"type":"library","name":"%s","version":"%s","purl":"pkg:%s/%s/%s@%s"}' "$name" "$version" "$kind" "$distribution" "$(escaped "$name")" "$(escaped "$version")"
  done <"$out/packages"
  printf '\n]}\n'
} >"$root/opt/java/sbom.json"

chmod -R u=rwX,go=rX "$root"
chmod 1777 "$root/tmp"

# A docker archive: one layer, its configuration, and what names both.
mkdir "$out/archive"
(cd "$root" && find . -mindepth 1 -printf '%P\n' | sort) >"$out/files"
tar --create --file "$out/archive/layer.tar" --directory "$root" --no-recursion --files-from "$out/files" \
  --format=ustar --mtime="@$stamp" --owner=0 --group=0 --numeric-owner
layer=$(sha256sum "$out/archive/layer.tar" | cut -d ' ' -f 1)
cat >"$out/archive/config.json" <<END
{"architecture":"amd64","os":"linux","created":"2026-01-01T00:00:00Z","config":{"User":"10001:10001","WorkingDir":"/","Env":["PATH=/opt/java/bin","JAVA_HOME=/opt/java","LC_ALL=C.UTF-8"]},"rootfs":{"type":"layers","diff_ids":["sha256:$layer"]},"history":[{"created":"2026-01-01T00:00:00Z","created_by":"images/runtime"}]}
END
printf '[{"Config":"config.json","RepoTags":["tatara/runtime:17"],"Layers":["layer.tar"]}]' >"$out/archive/manifest.json"
tar --create --file "$out/runtime.tar" --directory "$out/archive" --format=ustar --mtime="@$stamp" --owner=0 --group=0 --numeric-owner \
  manifest.json config.json layer.tar
rm -rf "$out/archive"
echo "$want" >"$out/built"
