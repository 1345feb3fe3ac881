#!/bin/sh
# Builds the peers that `hstu bench search --peers` compares with into benchmarks/peers/bin.
# Needs Debian's g++, libfaiss-dev, libopenblas-dev and libhnswlib-dev: apt-get install g++ libfaiss-dev libopenblas-dev libhnswlib-dev
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
mkdir -p "$here/bin"
flags="-std=c++17 -O3 -march=native -ffast-math -Wall"
# shellcheck disable=SC2086
{
  g++ $flags -o "$here/bin/exact_int8" "$here/exact_int8.cpp"
  g++ $flags -pthread -o "$here/bin/hnswlib_hnsw" "$here/hnswlib_hnsw.cpp"
  # faiss as the distribution built it; only the driver is compiled here.
  g++ $flags -fopenmp -o "$here/bin/faiss_ivf" "$here/faiss_ivf.cpp" -lfaiss -lopenblas
}
echo "built: $here/bin"
