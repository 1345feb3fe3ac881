package dev.hstu.retrieval.cli;

import dev.hstu.retrieval.Cli;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/// One verb as a user types it, run in the test's own process.
///
/// @param exitCode what the shell would see
/// @param out printed as result
/// @param err printed beside it
record CommandLineRun(int exitCode, String out, String err) {

  static CommandLineRun of(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream systemOut = System.out;
    PrintStream systemErr = System.err;
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      CommandLine commandLine = Cli.commandLine();
      commandLine.setErr(new PrintWriter(err, true, StandardCharsets.UTF_8));
      int exitCode = commandLine.execute(arguments);
      return new CommandLineRun(
          exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(systemOut);
      System.setErr(systemErr);
    }
  }
}
