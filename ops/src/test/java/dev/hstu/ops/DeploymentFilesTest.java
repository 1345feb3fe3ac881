package dev.hstu.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/// The container, compose and Prometheus files agree with each other and with the archive they
/// ship; what only a container engine can show is not claimed here.
final class DeploymentFilesTest {

  private static final Path ROOT = Path.of(System.getProperty("hstu.root"));
  private static final Path OPS = ROOT.resolve("ops");

  private static String containerfile;
  private static Map<String, Object> compose;
  private static Map<String, Object> retrieval;

  @BeforeAll
  static void read() throws IOException {
    containerfile = Files.readString(OPS.resolve("Containerfile"));
    compose = new Yaml().load(Files.readString(OPS.resolve("compose.yaml")));
    retrieval = map(map(compose.get("services")).get("retrieval"));
  }

  @Test
  void theImageIsMadeFromTheArchiveTheBuildWrites() {
    String archive = instruction("ADD").split(" ")[0];

    assertThat(ROOT.resolve(archive)).isRegularFile();
    assertThat(map(retrieval.get("build")))
        .containsEntry("context", "..")
        .containsEntry("dockerfile", "ops/Containerfile");
    assertThat(instruction("ENTRYPOINT")).isEqualTo("[\"/opt/hstu/hstu\"]");
  }

  @Test
  void theImageDoesNotRunAsRoot() {
    assertThat(containerfile.indexOf("\nUSER hstu")).isPositive();
    assertThat(containerfile.indexOf("\nUSER hstu"))
        .isLessThan(containerfile.indexOf("\nENTRYPOINT"));
  }

  /// A volume mounted where the image has no folder would be root's, and nothing could be put in
  /// it.
  @Test
  void theVolumeBelongsToTheUserTheServiceRunsAs() {
    String mend = "mkdir %1$s \\\n && chown hstu: %1$s".formatted(containerVolume());

    assertThat(containerfile.indexOf(mend)).isPositive();
    assertThat(containerfile.indexOf(mend)).isLessThan(containerfile.indexOf("\nUSER hstu"));
    assertThat(containerfile.indexOf(mend)).isLessThan(containerfile.indexOf("\nVOLUME"));
  }

  @Test
  void portsAreTheSameEverywhereAndOnLoopback() throws IOException {
    String port = instruction("EXPOSE");

    assertThat(instruction("CMD")).contains("\"--port\", \"" + port + "\"");
    assertThat(instruction("CMD")).contains("\"serve\"");
    assertThat((List<?>) retrieval.get("ports"))
        .singleElement()
        .isEqualTo("127.0.0.1:" + port + ":" + port);
    Map<String, Object> prometheus =
        new Yaml().load(Files.readString(OPS.resolve("prometheus.yaml")));
    Map<String, Object> scrape = map(((List<?>) prometheus.get("scrape_configs")).getFirst());
    assertThat(scrape).containsEntry("metrics_path", "/metrics");
    assertThat(map(((List<?>) scrape.get("static_configs")).getFirst()))
        .containsEntry("targets", List.of("retrieval:" + port));
  }

  @Test
  void theServiceKnowsTheMemoryItsContainerHas() {
    assertThat(map(retrieval.get("environment")))
        .containsEntry("SERVING_RAM", retrieval.get("mem_limit"));
  }

  @Test
  void volumesAreDeclaredAndMountedFilesExist() {
    Map<String, Object> declared = map(compose.get("volumes"));
    for (Object service : map(compose.get("services")).values()) {
      for (Object volume : (List<?>) map(service).get("volumes")) {
        String source = volume.toString().split(":")[0];
        if (source.startsWith("./")) {
          assertThat(OPS.resolve(source)).isRegularFile();
        } else {
          assertThat(declared).containsKey(source);
        }
      }
    }
    assertThat(instruction("CMD")).contains(containerVolume());
    assertThat(((List<?>) retrieval.get("volumes")).getFirst().toString())
        .endsWith(":" + containerVolume());
  }

  @Test
  void theUnpackedArchiveRunsWithoutTheSourceTree() throws IOException, InterruptedException {
    Path launcher = OPS.resolve("target/hstu/hstu/hstu");

    Process process =
        new ProcessBuilder(launcher.toString(), "serve", "--help")
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).contains("--generations", "--host", "--port");
  }

  private static String containerVolume() {
    return instruction("VOLUME").replaceAll("[\\[\\]\"]", "");
  }

  /// The first line of an instruction, without its name.
  private static String instruction(String name) {
    Matcher line = Pattern.compile("^" + name + " (.*)$", Pattern.MULTILINE).matcher(containerfile);
    assertThat(line.find()).as(name).isTrue();
    return line.group(1);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Object value) {
    return (Map<String, Object>) value;
  }
}
