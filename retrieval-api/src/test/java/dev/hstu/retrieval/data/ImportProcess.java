package dev.hstu.retrieval.data;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// An import in a JVM of its own, for tests that kill it or keep its heap small. It prints a dot
/// whenever it reports reading and a bar when all rows are read.
final class ImportProcess {

  private ImportProcess() {}

  /// Arguments: the log, the folder to make, whether to overwrite.
  public static void main(String[] arguments) throws IOException {
    ImportRequest request = ImportRequest.of(Path.of(arguments[0]), null, Path.of(arguments[1]));
    InteractionImport.run(
        Boolean.parseBoolean(arguments[2]) ? request.overwriting() : request, new Dots(System.out));
  }

  /// Starts one.
  static Process start(Path log, Path out, boolean overwrite, String... options)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            ImportProcess.class.getName(),
            log.toString(),
            out.toString(),
            Boolean.toString(overwrite)));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private record Dots(PrintStream out) implements ImportListener {

    @Override
    public void onRead(Path file, long bytesRead, long rows) {
      out.write('.');
      out.flush();
    }

    @Override
    public void onRowsRead(long rows) {
      out.write('|');
      out.flush();
    }
  }
}
