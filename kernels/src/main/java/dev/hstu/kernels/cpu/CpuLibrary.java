package dev.hstu.kernels.cpu;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// `libhstu_cpu.so`, out of the jar where the build found a C compiler. It is copied to a temporary
/// file only this user can read, loaded for the life of the process, and the file deleted.
final class CpuLibrary {

  /// Must equal `HSTU_CPU_INTERFACE`.
  private static final int INTERFACE = 4;

  private static final String RESOURCE = "/native/linux-x86_64/libhstu_cpu.so";

  /// What became of loading it.
  sealed interface State {}

  /// Functions may be looked up.
  record Loaded(SymbolLookup symbols) implements State {}

  /// They may not.
  record Refused(String reason) implements State {}

  static final State STATE = load();

  private CpuLibrary() {}

  private static State load() {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch", "");
    if (!os.equals("linux") || !arch.equals("amd64")) {
      return new Refused("it is made for linux on amd64, this is %s on %s".formatted(os, arch));
    }
    try (@Nullable InputStream library = CpuLibrary.class.getResourceAsStream(RESOURCE)) {
      if (library == null) {
        return new Refused("the build found no C compiler at /usr/bin/cc; install one and rebuild");
      }
      return checked(link(library));
    } catch (IOException | IllegalArgumentException e) {
      return new Refused("the library could not be loaded: " + e.getMessage());
    }
  }

  private static SymbolLookup link(InputStream library) throws IOException {
    Path copy = Files.createTempFile("libhstu_cpu", ".so");
    try {
      try (OutputStream out = Files.newOutputStream(copy)) {
        library.transferTo(out);
      }
      return SymbolLookup.libraryLookup(copy, Arena.global());
    } finally {
      Files.delete(copy);
    }
  }

  private static State checked(SymbolLookup symbols) {
    int version = number(symbols, "hstu_cpu_interface");
    if (version != INTERFACE) {
      return new Refused(
          "the library has interface %d, this release %d; rebuild both"
              .formatted(version, INTERFACE));
    }
    return number(symbols, "hstu_cpu_has_vnni") == 0
        ? new Refused("this processor has no AVX-512 VNNI")
        : new Loaded(symbols);
  }

  private static int number(SymbolLookup symbols, String name) {
    FunctionDescriptor descriptor = FunctionDescriptor.of(ValueLayout.JAVA_INT);
    MethodHandle function =
        Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name), descriptor);
    try {
      return (int) function.invokeExact();
    } catch (Throwable e) {
      throw new IllegalStateException(name + " declares no exception", e);
    }
  }

  /// A function of the loaded library.
  static MethodHandle function(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    return switch (STATE) {
      case Loaded loaded ->
          Linker.nativeLinker()
              .downcallHandle(loaded.symbols().findOrThrow(name), descriptor, options);
      case Refused refused ->
          throw new IllegalStateException("the CPU kernels can't run here: " + refused.reason());
    };
  }
}
