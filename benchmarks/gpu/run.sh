#!/usr/bin/env bash
# The GPU encoder: is it right, and how fast? Builds or takes what is built, holds every kernel to its reference, the engine to the
# golden files and memory to the sanitizer, then takes the figures and prints them beside goals and floors (table.py).
#   benchmarks/gpu/run.sh                runs here: needs nvcc or a built library, a GPU, and a JDK 25
#   benchmarks/gpu/run.sh --pack FOLDER  puts what a machine with a GPU but without Java needs into FOLDER (about 50 MB)
#   benchmarks/gpu/run.sh FOLDER         runs from such a folder
#   GOLDEN   folder of golden files; default: ../shared/golden beside the checkout
#   TRAINED  folder with `data` (prepared) and `model` (trained on it): with --pack it is taken along, and what bfloat16 does to the
#            ranks of its users' last events is counted; default: none
#   QUICK=1  leaves out the sanitizer and the figures
#   BUDGET   seconds after which nothing new is begun
#   OUT      where the whole log goes; default: the folder
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

pack() {
  set -e
  local folder=$1 golden=${GOLDEN:-$root/../shared/golden} temporary
  mkdir -p "$folder/lib" "$folder/golden"
  "$root/kernels/build-cuda" --checks
  "$root/mvnw" -B -q -f "$root/pom.xml" -pl benchmarks -am -DskipTests package
  for module in kernels encoder benchmarks; do cp "$root/$module/target/$module"-*-SNAPSHOT.jar "$folder/lib/"; done
  # The classes that are used need no more than these.
  "$root/mvnw" -B -q -f "$root/pom.xml" -pl kernels,encoder compile dependency:build-classpath -Dmdep.outputFile="$folder/classpath"
  for jar in $(tr : ' ' <"$folder/classpath"); do
    case ${jar##*/} in
      jackson-core-* | jackson-databind-* | jackson-annotations-* | slf4j-api-* | api-* | pytorch-engine-*) cp "$jar" "$folder/lib/" ;;
    esac
  done
  rm "$folder/classpath"
  cp "$golden"/*.safetensors "$folder/golden/"
  # Each has all kernels in it: compressed together they are hardly larger than one.
  tar -C "$root/kernels/target/cuda" -cJf "$folder/checks.tar.xz" --exclude='*.o' checks
  if [ -n "${TRAINED-}" ]; then
    mkdir -p "$folder/trained/data" "$folder/trained/model"
    cp "$TRAINED"/data/* "$folder/trained/data/"
    cp "$TRAINED"/model/* "$folder/trained/model/"
  fi
  cp "$here/run.sh" "$here/table.py" "$folder/"
  git -C "$root" rev-parse --short HEAD >"$folder/commit"
  if [ ! -f "$folder/jre.tar.xz" ]; then
    temporary=$(mktemp -d)
    "$JAVA_HOME/bin/jlink" --add-modules java.base,java.logging,java.management,java.naming,java.xml,jdk.unsupported,jdk.incubator.vector,jdk.zipfs \
      --strip-debug --no-man-pages --no-header-files --compress zip-6 --output "$temporary/jre"
    tar -C "$temporary" -cJf "$folder/jre.tar.xz" jre
    rm -r "$temporary"
  fi
  du -sh "$folder"
}

if [ "${1-}" = --pack ]; then
  (pack "${2:?usage: run.sh --pack FOLDER}")
  exit
fi

folder=${1-}
if [ -z "$folder" ]; then
  folder=$root/benchmarks/target/gpu
  (pack "$folder") || exit 1
fi
cd "$folder" || exit 2
log=${OUT:-$PWD}
for archive in jre checks; do tar xJf $archive.tar.xz & done
wait
java=(./jre/bin/java -Xmx24g --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED -cp 'lib/*')
failed=0
: >"$log/figures.log"

# step NAME COMMAND...: runs it into the log; verdict, seconds and its last line here
step() {
  local name=$1 start=$SECONDS verdict=ok status=0 left=$((${BUDGET:-3600} - SECONDS))
  shift
  if [ $left -lt 5 ]; then
    echo "$name: not run, BUDGET is spent"
    return
  fi
  timeout $((left < 120 ? left : 120)) "$@" >"$log/step.log" 2>&1 || { status=$? verdict=FAILED failed=1; }
  { echo "== $name: $verdict, status $status"; cat "$log/step.log"; } >>"$log/figures.log"
  printf '%-36s %-6s %3d %3d s  %s\n' "$name" $verdict $status $((SECONDS - start)) "$(grep -v '^$' "$log/step.log" | tail -n 1 | cut -c1-100)"
  [ $verdict = ok ] || tail -n 12 "$log/step.log"
}

nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader | tee -a "$log/figures.log"
echo "commit $(cat commit)" | tee -a "$log/figures.log"

step "whole encode, float32" ./checks/encode_check float32
step "whole encode, bfloat16" ./checks/encode_check bfloat16
step "whole encode, kernels for 8.0" env HSTU_CUDA_PATH=ampere ./checks/encode_check bfloat16
step "the same, through PTX" env HSTU_CUDA_PATH=ampere CUDA_FORCE_PTX_JIT=1 ./checks/encode_check bfloat16 --small
for file in golden/*.safetensors; do
  # Another model than HSTU is skipped by verification, with that reason.
  step "verify cuda, $(basename "$file" .safetensors)" "${java[@]}" dev.hstu.encoder.verify.Verify --engine=cuda "$file"
done
if [ -z "${QUICK-}" ]; then
  step "figures through Java, and leaks" "${java[@]}" dev.hstu.benchmarks.gpu.GpuFigures
fi
if [ -d trained ]; then
  step "ranks by bfloat16, trained model" "${java[@]}" dev.hstu.benchmarks.gpu.RankShift trained/data trained/model
fi
timed=time
[ -z "${QUICK-}" ] || timed=quick
if [ -z "${QUICK-}" ]; then step "attention" ./checks/attention_check --time; else step "attention" ./checks/attention_check; fi
for check in rows states projection output embedding; do step "$check" "./checks/${check}_check" $timed; done
if [ -n "${QUICK-}" ]; then
  :
elif command -v compute-sanitizer >/dev/null; then
  sanitizer=(compute-sanitizer --tool memcheck --error-exitcode 9)
  step "sanitizer, bfloat16" "${sanitizer[@]}" ./checks/encode_check bfloat16 --small
  step "sanitizer, float32" "${sanitizer[@]}" ./checks/encode_check float32 --small
  step "sanitizer, kernels for 8.0" env HSTU_CUDA_PATH=ampere "${sanitizer[@]}" ./checks/encode_check bfloat16 --small
  for check in projection output embedding; do step "sanitizer, $check" "${sanitizer[@]}" "./checks/${check}_check" small; done
  step "sanitizer, rows and states" "${sanitizer[@]}" ./checks/rows_check quick
else
  echo "compute-sanitizer is not on the PATH: not run"
fi
rm -f "$log/step.log"
echo
python3 table.py "$log/figures.log"
if [ $failed -eq 0 ]; then echo "all checks passed"; else echo "some checks FAILED, see figures.log"; fi
exit $failed
