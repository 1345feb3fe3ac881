package dev.hstu.kernels.cpu;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// The threads by which the virtual machine compiles. They have the claim of any other thread, and
/// where there are as few processors as compilers, code compiled anew under load (a first swap, a
/// first update, an assumption that no longer holds) takes half of what serves requests, for
/// seconds. The machine's own switch for it, `-XX:CompilerThreadPriority`, needs the rights of the
/// whole machine.
///
/// A lowered compiler has what others leave and a tenth of a processor where they leave nothing:
/// not for a process that has just started, whose code is slow until it is compiled.
public final class CompilerThreads {

  private static final Path TASKS = Path.of("/proc/self/task");

  /// How the system names them, cut as it cuts names: `C1` and `C2`.
  private static final String NAME = "C[12] CompilerThre.*";

  private CompilerThreads() {}

  /// Lowers their claim, as that of [BackgroundThreads], for the rest of their lives; those that
  /// one of them starts later are as modest. Elsewhere than on Linux it does nothing.
  ///
  /// @return how many were lowered
  public static int lower() {
    int lowered = 0;
    if (!Files.isDirectory(TASKS)) {
      return lowered;
    }
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
      for (Path task : tasks) {
        if (isCompiler(task) && BackgroundThreads.lower(number(task))) {
          lowered++;
        }
      }
    } catch (IOException e) {
      return lowered; // a system that hides them leaves them as they are
    }
    return lowered;
  }

  private static int number(Path task) {
    return Integer.parseInt(String.valueOf(task.getFileName()));
  }

  private static boolean isCompiler(Path task) {
    try {
      return Files.readString(task.resolve("comm")).strip().matches(NAME);
    } catch (IOException e) {
      return false; // it has ended meanwhile
    }
  }
}
