package dev.hstu.retrieval.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.retrieval.Cli;
import dev.hstu.retrieval.http.ServiceClient;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `hstu serve` as a process: what it prints, that its example works, and how it ends.
class ServeCommandTest {

  private static final int SIGTERM_EXIT = 143;

  @TempDir Path folder;

  @Test
  void itPrintsAWorkingRequestAndStopsInOrderWhenToldTo() throws Exception {
    TinyGenerations generations = new TinyGenerations(folder);
    String id = generations.publish(1, TinyGenerations.textIds(), new Clock.Wall());
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(
                command(
                    "serve",
                    "--generations",
                    generations.store().root().toString(),
                    "--port",
                    "0",
                    "--engine",
                    "reference"))
            .redirectError(log.toFile())
            .start();
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      String ready = out.readLine();
      String curl = out.readLine();

      assertThat(ready).as("log: %s", log).matches("ready: http://127\\.0\\.0\\.1:[0-9]+  .*" + id);
      JsonNode answer = new ObjectMapper().readTree(shell(curl));
      assertThat(answer.path("generation").asText()).isEqualTo(id);
      assertThat(answer.path("candidates")).hasSize(10);
      assertThat(answer.path("unknownItems").asInt()).isZero();
      assertThat(answer.has("fallback")).isFalse();
      URI address = URI.create(ready.split(" ", -1)[1]);
      try (ServiceClient client = new ServiceClient(address)) {
        assertThat(client.get("/health/ready").status()).isEqualTo(200);
      }

      process.destroy();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(SIGTERM_EXIT);
      assertThat(Files.readString(log))
          .contains("listening on", "serving generation " + id, "stopping", "stopped")
          .doesNotContain("Exception", "\tat ");
    } finally {
      process.destroyForcibly();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --port=99999  | hstu: serving.port=99999 (command line) must be within 0..65535; correct it, or leave it out for the default 8080
          --ram=much    | hstu: serving.ram=much (command line) must be any, or an amount such as 3500m or 4g, within 256m..65536g; correct it, or leave it out for the default any
          --engine=fast | hstu: encoder.engine=fast (command line) must be one of reference, djl, cuda; correct it, or leave it out for the default djl
          --engine=cuda | hstu: engine cuda:
          --config=none.yml | hstu: configuration file none.yml does not exist; give the path of a YAML file
          """)
  void wrongInputEndsWithOneSentence(String option, String message) {
    boolean gpu = Encoder.engines().getLast().available();
    assumeFalse(gpu && option.equals("--engine=cuda"), "this machine has a GPU");
    CommandLineRun run = CommandLineRun.of("serve", "--generations", folder.toString(), option);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err().strip()).startsWith(message).hasLineCount(1);
  }

  private static List<String> command(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dai.djl.offline=true",
            "-DOPT_OUT_TRACKING=true",
            "-Xmx512m",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            Cli.class.getName()));
    command.addAll(Arrays.asList(arguments));
    return command;
  }

  /// What a user gets who pastes a line into a shell.
  private static String shell(String line) throws IOException, InterruptedException {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(":"))
            .anyMatch(path -> Files.isExecutable(Path.of(path, "curl"))),
        "curl is not installed");
    Process process = new ProcessBuilder("sh", "-c", line).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return out;
  }
}
