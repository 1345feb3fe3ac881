package dev.hstu.benchmarks.service;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A server in a process of its own, so that its processor time and memory are its own. Ended by
/// its process id.
final class ServerProcess implements AutoCloseable {

  private static final Pattern ADDRESS = Pattern.compile("\"address\"\\s*:\\s*\"([^\"]+)\"");
  private static final Duration STOP = Duration.ofSeconds(20);

  private final Process process;
  private final URI address;

  private ServerProcess(Process process, URI address) {
    this.process = process;
    this.address = address;
  }

  /// Starts a main class that prints a JSON document with its `address` once it answers.
  ///
  /// @param cores that it runs on, whichever the caller has
  /// @param without a module that its class path leaves out; null for none
  /// @param javaOptions for its virtual machine
  /// @param environment settings beside the arguments
  /// @param log gets its standard error
  static ServerProcess start(
      ServerCores cores,
      Class<?> main,
      @Nullable String without,
      List<String> javaOptions,
      List<String> arguments,
      Map<String, String> environment,
      Path log)
      throws IOException {
    List<String> command = new ArrayList<>(cores.command());
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dai.djl.offline=true",
            "-DOPT_OUT_TRACKING=true"));
    command.addAll(javaOptions);
    command.addAll(List.of("-cp", classPath(without), main.getName()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    return new ServerProcess(process, address(process, log));
  }

  /// `http://host:port`.
  URI address() {
    return address;
  }

  /// Processor time since its start.
  long cpuNanos() throws IOException {
    String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    // utime and stime, the 14th and 15th of proc(5), in hundredths of a second.
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * 10_000_000L;
  }

  /// Memory that is its own: heap and native memory, without the files it has mapped.
  long ownBytes() throws IOException {
    return status("RssAnon:");
  }

  /// Pages in memory of the files it has mapped now, which the kernel may drop and read again.
  long mappedBytes() throws IOException {
    return status("RssFile:");
  }

  private long status(String name) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
      if (line.startsWith(name)) {
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
      }
    }
    throw new IOException("the server has ended");
  }

  /// Ends it at once, as a fault would.
  void kill() {
    process.destroyForcibly();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static String classPath(@Nullable String without) {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> without == null || !entry.contains(without))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static URI address(Process process, Path log) throws IOException {
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      Matcher matcher = ADDRESS.matcher(line);
      if (matcher.find()) {
        Thread.ofVirtual().start(() -> drain(out));
        return URI.create(matcher.group(1));
      }
    }
    throw new IOException("the server ended before it answered; see " + log);
  }

  /// A server whose output nobody reads stops once the pipe is full.
  private static void drain(BufferedReader out) {
    try {
      out.transferTo(Writer.nullWriter());
    } catch (IOException _) {
      // The server has ended.
    }
  }
}
