# Sourced by ./mvnw and ./hstu: sets and exports JAVA_HOME to a JDK of the wanted feature version, whatever
# java is first on the path. Looks at JAVA_HOME, HSTU_JAVA_HOME, the java on the path and the places where
# installers put JDKs; prints one sentence and exits 1 when there is none. POSIX sh.
hstu_wanted_java=25

hstu_is_wanted_jdk() {
  [ -x "$1/bin/${2:-javac}" ] && [ -r "$1/release" ] && grep -q "^JAVA_VERSION=\"$hstu_wanted_java[\".]" "$1/release"
}

hstu_find_jdk() { # $1: the tool that must be there, javac to build or java to run
  set +f
  for hstu_jdk in "${HSTU_JAVA_HOME-}" "${JAVA_HOME-}" "$(command -v "$1" 2>/dev/null | xargs -r readlink -f 2>/dev/null | sed "s|/bin/$1\$||")" \
    /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if [ -n "$hstu_jdk" ] && hstu_is_wanted_jdk "$hstu_jdk" "$1"; then
      JAVA_HOME=$hstu_jdk
      export JAVA_HOME
      return 0
    fi
  done
  return 1
}

if ! hstu_find_jdk "${hstu_java_tool:-javac}"; then
  echo "HSTU Retrieval needs a JDK $hstu_wanted_java and found none; install one (for example Eclipse Temurin $hstu_wanted_java) or set JAVA_HOME to its folder." >&2
  exit 1
fi
