#!/bin/sh
# Lays out what goes into an image, a folder for each layer, in MODULE/target/image:
#   natives/  native libraries, unpacked: a process that starts has nothing to unpack
#   lib/      jars of others
#   home/     the example documents and their texts (worker)
#   own/      our jars, and the options of the Java machine with its class path
# Called by Maven (profile images) after target/app/lib is there:   layers.sh MODULE VERSION BASE
set -eu
export LC_ALL=C
umask 022
images=$(CDPATH='' cd "$(dirname "$0")" && pwd -P)
name=$1 version=$2 base=$3
module=$images/$name
lib=$module/target/app/lib
out=$module/target/image
jdk=${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")}

case $base in
  "tar://$images/runtime/target/runtime.tar") sh "$images/runtime/build.sh" "$images/runtime/target" ;;
esac

# Jars of nothing but libraries: in the image, their contents lie in natives/.
is_native() {
  case $1 in
    *-linux-x86_64*.jar | pytorch-jni-*.jar) true ;;
    *) false ;;
  esac
}

is_ours() {
  case $1 in
    activities-"$version".jar | base-"$version".jar | config-"$version".jar | k8s-"$version".jar | workflows-"$version".jar) true ;;
    "$name-$version".jar) true ;;
    *) false ;;
  esac
}

# The same libraries are not laid out again, so that their layer need not be packed again.
lay_out_natives() {
  want=$(cksum "$0" "$images/trainer/src/main/java/dev/tatara/trainer/tensor/NativeFolder.java" && cd "$lib" && for jar in *.jar; do ! is_native "$jar" || wc -c "$jar"; done)
  if [ -f "$out/natives.of" ] && [ "$(cat "$out/natives.of")" = "$want" ]; then
    return
  fi
  rm -rf "$out/natives" "$out/natives.of"
  mkdir -p "$out/natives/app/natives"
  case $name in
    trainer)
      "$jdk/bin/java" "@$module/jvm.options" -Xmx512m -cp "$lib/*" dev.tatara.trainer.Main natives "$out/natives/app/natives" >"$module/target/natives.log"
      ;;
    evaluator)
      unpack "$out/natives/app/natives/pytorch" "$lib"/pytorch-native-cpu-*-linux-x86_64.jar pytorch/cpu/linux-x86_64
      unpack "$out/natives/app/natives/pytorch" "$lib"/pytorch-jni-*.jar jnilib/linux-x86_64/cpu
      unpack "$out/natives/app/natives/tokenizers" "$lib"/tokenizers-*.jar native/lib/linux-x86_64/cpu
      ;;
  esac
  echo "$want" >"$out/natives.of"
}

unpack() {
  mkdir -p "$1" "$out/unpacked"
  (cd "$out/unpacked" && "$jdk/bin/jar" xf "$2" "$3")
  mv "$out/unpacked/$3"/*.so* "$1/"
  rm -rf "$out/unpacked"
}

mkdir -p "$out"
lay_out_natives
rm -rf "$out/lib" "$out/own" "$out/home"
mkdir -p "$out/lib/app/lib" "$out/own/app/lib" "$out/home/app/home"
class_path=
for jar in "$lib"/*.jar; do
  file=$(basename "$jar")
  if is_native "$file"; then
    continue
  elif is_ours "$file"; then
    cp -p "$jar" "$out/own/app/lib/$file"
  else
    cp -p "$jar" "$out/lib/app/lib/$file"
  fi
  class_path=${class_path:+$class_path:}/app/lib/$file
done

if [ -f "$module/logback.xml" ]; then
  cp -p "$module/logback.xml" "$out/own/app/logback.xml"
fi
if [ "$name" = worker ]; then
  mkdir -p "$out/home/app/home/config"
  cp -R -p "$images/../config/corpus" "$images/../config/runs" "$out/home/app/home/config/"
fi

{
  cat "$module/jvm.options"
  # No home is writable, and users other than 10001 have none.
  echo "-Duser.home=/tmp"
  # A pod that is replaced comes back with the same name and another address.
  echo "-Dsun.net.inetaddr.ttl=5"
  echo "-Dsun.net.inetaddr.negative.ttl=0"
  [ ! -f "$module/logback.xml" ] || echo "-Dlogback.configurationFile=/app/logback.xml"
  echo "-cp $class_path"
} >"$out/own/app/jvm.options"
