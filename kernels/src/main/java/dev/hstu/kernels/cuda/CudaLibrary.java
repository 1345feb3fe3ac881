package dev.hstu.kernels.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `libhstu_cuda.so`, loaded once and for the life of the process. It is, in this order: the file
/// that `-Dhstu.cuda.library` or the environment's `HSTU_CUDA_LIBRARY` names; the one beside the
/// jar; the one in the jar, which is copied to a temporary file that is deleted at once.
///
/// It needs neither a GPU nor a driver to load: those are looked for when it is first asked.
final class CudaLibrary {

  /// Must equal `HSTU_CUDA_INTERFACE`.
  static final int INTERFACE = 2;

  static final String PROPERTY = "hstu.cuda.library";
  static final String VARIABLE = "HSTU_CUDA_LIBRARY";

  private static final String FILE = "libhstu_cuda.so";
  private static final String RESOURCE = "/native/linux-x86_64/" + FILE;

  /// What became of loading it.
  sealed interface State {}

  /// Functions may be looked up.
  record Loaded(SymbolLookup symbols) implements State {}

  /// They may not.
  record Refused(String reason) implements State {}

  /// Loaded on first use, and constant for the compiler.
  private static final class Here {
    private static final State STATE = load();
  }

  private CudaLibrary() {}

  static State state() {
    return Here.STATE;
  }

  private static State load() {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch", "");
    if (!os.equals("linux") || !arch.equals("amd64")) {
      return new Refused(
          "library not built: it is made for linux on amd64, this is %s on %s".formatted(os, arch));
    }
    @Nullable String named = System.getProperty(PROPERTY, System.getenv(VARIABLE));
    if (named != null && !named.isBlank()) {
      return load(Path.of(named));
    }
    Optional<Path> beside = besideJar();
    return beside.isPresent() ? load(beside.get()) : loadResource();
  }

  /// Loads a file that someone named.
  static State load(Path library) {
    if (!Files.isRegularFile(library)) {
      return new Refused(
          "library not found: %s is no file; mend -D%s or %s"
              .formatted(library, PROPERTY, VARIABLE));
    }
    try {
      return checked(library, SymbolLookup.libraryLookup(library.toAbsolutePath(), Arena.global()));
    } catch (IllegalArgumentException e) {
      return new Refused("library not loaded: %s: %s".formatted(library, e.getMessage()));
    }
  }

  private static State loadResource() {
    try (@Nullable InputStream library = CudaLibrary.class.getResourceAsStream(RESOURCE)) {
      if (library == null) {
        return new Refused(
            "library not built: run kernels/build-cuda where nvcc is and package again, or name a"
                + " built one with -D"
                + PROPERTY);
      }
      Path copy = Files.createTempFile("libhstu_cuda", ".so");
      try {
        try (OutputStream out = Files.newOutputStream(copy)) {
          library.transferTo(out);
        }
        return load(copy);
      } finally {
        Files.delete(copy);
      }
    } catch (IOException e) {
      return new Refused("library not loaded: %s: %s".formatted(RESOURCE, e.getMessage()));
    }
  }

  private static Optional<Path> besideJar() {
    @Nullable CodeSource source = CudaLibrary.class.getProtectionDomain().getCodeSource();
    if (source == null || source.getLocation() == null) {
      return Optional.empty();
    }
    try {
      Path jar = Path.of(source.getLocation().toURI());
      return Optional.of(jar.resolveSibling(FILE)).filter(Files::isRegularFile);
    } catch (URISyntaxException | IllegalArgumentException e) {
      return Optional.empty(); // classes from somewhere that is no file
    }
  }

  private static State checked(Path library, SymbolLookup symbols) {
    if (symbols.find("hstu_cuda_interface").isEmpty()) {
      return new Refused("library not loaded: %s is no %s".formatted(library, FILE));
    }
    int version = number(symbols, "hstu_cuda_interface");
    if (version != INTERFACE) {
      return new Refused(
          "library of another release: %s has interface %d, this release %d; run kernels/build-cuda"
              .formatted(library, version, INTERFACE));
    }
    return new Loaded(symbols);
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
  static MethodHandle function(String name, FunctionDescriptor descriptor) {
    return switch (state()) {
      case Loaded loaded ->
          Linker.nativeLinker().downcallHandle(loaded.symbols().findOrThrow(name), descriptor);
      case Refused refused ->
          throw new IllegalStateException("the CUDA kernels can't run here: " + refused.reason());
    };
  }
}
