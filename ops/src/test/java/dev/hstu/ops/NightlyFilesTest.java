package dev.hstu.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.retrieval.config.NightlyConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/// The files that schedule the nightly run agree with each other, with the image and with what the
/// verb reads and answers.
final class NightlyFilesTest {

  private static final Path ROOT = Path.of(System.getProperty("hstu.root"));
  private static final Path NIGHTLY = ROOT.resolve("ops/nightly");
  private static final String COMMAND = "nightly --config /etc/hstu/nightly.yaml";

  private static String service;
  private static String timer;
  private static Map<String, Object> job;
  private static Map<String, Object> pod;
  private static Map<String, Object> container;

  @BeforeAll
  static void read() throws IOException {
    service = Files.readString(NIGHTLY.resolve("hstu-nightly.service"));
    timer = Files.readString(NIGHTLY.resolve("hstu-nightly.timer"));
    Map<String, Object> cron = new Yaml().load(Files.readString(NIGHTLY.resolve("cronjob.yaml")));
    job = map(cron.get("spec"));
    pod = map(map(map(map(job.get("jobTemplate")).get("spec")).get("template")).get("spec"));
    container = map(((List<?>) pod.get("containers")).getFirst());
  }

  @Test
  void theExampleIsWhatTheVerbReads() {
    NightlyConfiguration example = NightlyConfiguration.read(NIGHTLY.resolve("nightly.yaml"));
    assertThat(example.input().items()).isPresent();
    assertThat(example.training().minutes()).isPositive();
    assertThat(ROOT.resolve("ops/target/hstu/hstu/nightly.yaml")).isRegularFile();
    assertThat(ROOT.resolve("ops/target/hstu/hstu/NIGHTLY.md")).isRegularFile();
  }

  @Test
  void memoryIsTheSameEverywhereAndTheHeapLeavesRoom() {
    long ram = NightlyConfiguration.read(NIGHTLY.resolve("nightly.yaml")).ramBytes();
    assertThat(directive(service, "MemoryMax")).isEqualTo((ram >> 30) + "G");
    assertThat(map(map(container.get("resources")).get("limits")))
        .containsEntry("memory", (ram >> 30) + "Gi");
    String heap = "-Xmx4g";
    assertThat(service).contains("Environment=HSTU_JAVA_OPTS=" + heap);
    assertThat(container.get("env").toString()).contains(heap);
    assertThat(4L << 30).isLessThanOrEqualTo(ram / 2);
  }

  @Test
  void everySchedulerRunsTheSameCommandAndNeverTwoAtOnce() throws IOException {
    assertThat(directive(service, "ExecStart")).isEqualTo("/opt/hstu/hstu " + COMMAND);
    assertThat(directive(service, "Type")).isEqualTo("oneshot");
    assertThat(directive(timer, "OnCalendar")).isEqualTo("*-*-* 02:00:00");
    assertThat(job)
        .containsEntry("concurrencyPolicy", "Forbid")
        .containsEntry("schedule", "0 2 * * *");
    assertThat(String.join(" ", strings(container.get("args")))).startsWith(COMMAND);
    assertThat(Files.readString(ROOT.resolve("ops/README.md")))
        .contains("0 2 * * * cd /var/lib/hstu && HSTU_JAVA_OPTS=-Xmx4g /opt/hstu/hstu " + COMMAND);
  }

  /// Only a night that broke off is worth another try.
  @Test
  void exitCodesThatEndANightAreNotTriedAgain() {
    List<Integer> closed = List.of(2, 3, 4);
    assertThat(directive(service, "RestartPreventExitStatus")).isEqualTo("2 3 4");
    Map<String, Object> policy =
        map(map(map(job.get("jobTemplate")).get("spec")).get("podFailurePolicy"));
    Map<String, Object> first = map(((List<?>) policy.get("rules")).getFirst());
    assertThat(first).containsEntry("action", "FailJob");
    assertThat(map(first.get("onExitCodes")))
        .containsEntry("containerName", container.get("name"))
        .containsEntry("values", closed);
    assertThat(pod).containsEntry("restartPolicy", "Never");
  }

  @Test
  void thePodIsTheImagesUserAndItsMountsAreDeclared() throws IOException {
    String containerfile = Files.readString(ROOT.resolve("ops/Containerfile"));
    Object user = map(pod.get("securityContext")).get("runAsUser");
    assertThat(containerfile).contains("--uid " + user);
    List<String> declared =
        ((List<?>) pod.get("volumes"))
            .stream().map(volume -> map(volume).get("name").toString()).toList();
    for (Object mount : (List<?>) container.get("volumeMounts")) {
      assertThat(declared).contains(map(mount).get("name").toString());
    }
  }

  private static String directive(String unit, String name) {
    Matcher line = Pattern.compile("^" + name + "=(.*)$", Pattern.MULTILINE).matcher(unit);
    assertThat(line.find()).as(name).isTrue();
    return line.group(1);
  }

  private static List<String> strings(Object list) {
    return ((List<?>) list).stream().map(Object::toString).toList();
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Object value) {
    return (Map<String, Object>) value;
  }
}
