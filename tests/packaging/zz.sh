. "$(dirname "$0")/support.sh"
H=/srv/scratch/debian/debs
tree=$(unpack_sources $H/tmp)
build_packages $tree $H/old
make_newer $tree 99.0.0
build_packages $tree $H/new
rm -rf $H/tmp
