#!/usr/bin/env bash
# Lets TorchSharp's native library load where libstdc++ is older than GCC 13's, as on Debian 12. Does nothing where it loads as it is.
#
#   bench/enable-torchsharp.sh FOLDER    the output folder of a program that references TorchSharp and libtorch-cpu-linux-x64
#
# libLibTorchSharp.so asks for GLIBCXX_3.4.32 because of one function, std::ios_base_library_init(), which does nothing where each
# unit initialises iostreams by an object of its own, as older libraries do. The copy in FOLDER gets that function from a library
# of three lines, and the version that it asks for is marked as weak, so that the loader does not insist.
# Needs: apt-get install g++ patchelf python3
set -euo pipefail

folder=${1:?"usage: enable-torchsharp.sh FOLDER"}
version=GLIBCXX_3.4.32
function=_ZSt21ios_base_library_initv
shim=libioslibraryinit.so

library=$(find "$folder" -path '*linux-x64*' -name libLibTorchSharp.so | head -n 1)
if [ -z "$library" ]; then
  echo "enable-torchsharp.sh: $folder contains no libLibTorchSharp.so for linux-x64. Build the program first." >&2
  exit 1
fi

# The loader's answer, and not the system's name, says whether anything is to be done.
lacks() { [[ $(LC_ALL=C ldd "$library" 2>&1) == *": version \`$version' not found"* ]]; }
lacks || exit 0

for tool in g++ patchelf python3; do
  command -v "$tool" >/dev/null || { echo "enable-torchsharp.sh: $tool is missing. Install it: apt-get install $tool" >&2; exit 1; }
done

g++ -shared -fPIC -x c++ -o "$(dirname "$library")/$shim" - <<CODE
#include <ios>
static std::ios_base::Init init;
extern "C" void $function() {}
CODE
patchelf --clear-symbol-version "$function" --add-needed "$shim" "$library"
python3 - "$library" "$version" <<'CODE'
import struct
import sys

SHT_GNU_VERNEED, VER_FLG_WEAK = 0x6FFFFFFE, 2
path, version = sys.argv[1], sys.argv[2].encode()
image = bytearray(open(path, "rb").read())
(start,) = struct.unpack_from("<Q", image, 0x28)
size, count = struct.unpack_from("<HH", image, 0x3A)
sections = [struct.unpack_from("<IIQQQQIIQQ", image, start + i * size) for i in range(count)]
for _, kind, _, _, offset, _, link, *_ in sections:
    if kind != SHT_GNU_VERNEED:
        continue
    names, need = sections[link][4], offset
    while True:
        _, _, _, first, next_need = struct.unpack_from("<HHIII", image, need)
        entry = need + first
        while True:
            _, flags, _, name, next_entry = struct.unpack_from("<IHHII", image, entry)
            if image[names + name:image.index(0, names + name)] == version:
                struct.pack_into("<H", image, entry + 4, flags | VER_FLG_WEAK)
            if not next_entry:
                break
            entry += next_entry
        if not next_need:
            break
        need += next_need
open(path, "wb").write(image)
CODE

if lacks; then
  echo "enable-torchsharp.sh: $library still does not load: $(ldd "$library" 2>&1 | grep 'not found')" >&2
  exit 1
fi
