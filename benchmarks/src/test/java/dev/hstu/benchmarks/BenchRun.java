package dev.hstu.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.retrieval.Cli;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import picocli.CommandLine;

/// `hstu bench` as a user types it, run in the test's own process.
///
/// @param exitCode what the shell would see
/// @param out printed as result
/// @param err printed beside it
record BenchRun(int exitCode, String out, String err) {

  /// @param arguments after `bench`
  static BenchRun of(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream systemOut = System.out;
    PrintStream systemErr = System.err;
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      CommandLine commandLine = Cli.commandLine();
      commandLine.setErr(new PrintWriter(err, true, StandardCharsets.UTF_8));
      int exitCode =
          commandLine.execute(
              Stream.concat(Stream.of("bench"), Stream.of(arguments)).toArray(String[]::new));
      return new BenchRun(
          exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(systemOut);
      System.setErr(systemErr);
    }
  }

  /// The one document that `--json` prints.
  JsonNode json() throws IOException {
    return new ObjectMapper().readTree(out);
  }
}
