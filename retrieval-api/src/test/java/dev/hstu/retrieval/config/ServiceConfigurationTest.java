package dev.hstu.retrieval.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.encoder.Engine;
import dev.hstu.retrieval.admission.QualityStep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What an operator may write, and what is said about the rest.
class ServiceConfigurationTest {

  @TempDir Path folder;

  @Test
  void withoutSourcesEveryKeyHasItsDefaultAndTheServerListensOnLoopback() {
    ServiceConfiguration defaults = ServiceConfiguration.of(List.of());

    assertThat(defaults.serving().host()).isEqualTo("127.0.0.1");
    assertThat(defaults.retrieval().defaultK()).isEqualTo(100);
    assertThat(defaults.retrieval().maxK()).isEqualTo(1000);
    assertThat(defaults.encoder().choice().engine()).isEqualTo(Engine.DJL);
    assertThat(defaults.serving().ramBytes()).isEmpty();
    assertThat(defaults.generations().parallelShards())
        .isEqualTo(Math.min(256, Runtime.getRuntime().availableProcessors()));
    assertThat(defaults.admission().workers())
        .isEqualTo(Runtime.getRuntime().availableProcessors());
  }

  @Test
  void theFirstSourceThatSetsAKeyWins() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("hstu.yml"), "serving:\n  port: 1\nretrieval.default-k: 7\n");
    ServiceConfiguration configuration =
        ServiceConfiguration.of(
            List.of(
                SettingSource.commandLine(Map.of("serving.port", "3")),
                SettingSource.environment(
                    Map.of(
                        "SERVING_PORT", "2", "ADMISSION_MAX_QUEUED", "9", "SERVING_NONSENSE", "x")),
                SettingSource.file(file)));

    assertThat(configuration.serving().port()).isEqualTo(3);
    assertThat(configuration.admission().maxQueued()).isEqualTo(9);
    assertThat(configuration.retrieval().defaultK()).isEqualTo(7);
  }

  @Test
  void stepsAreTakenInTheirOrderHoweverWrittenOrNotAtAll() {
    assertThat(steps("popular, smaller-search"))
        .containsExactly(QualityStep.SMALLER_SEARCH, QualityStep.POPULAR);
    assertThat(steps("none")).isEmpty();
  }

  private static List<QualityStep> steps(String value) {
    return ServiceConfiguration.of(
            List.of(SettingSource.commandLine(Map.of("ladder.steps", value))))
        .ladder()
        .steps();
  }

  @Test
  void memoryIsReadInItsUnits() {
    ServiceConfiguration configuration =
        ServiceConfiguration.of(
            List.of(
                SettingSource.commandLine(
                    Map.of("serving.ram", "3500m", "generations.parallel-shards", "1"))));

    assertThat(configuration.serving().ramBytes()).hasValue(3_500L << 20);
    assertThat(configuration.generations().parallelShards()).isOne();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          retrieval.max-k      | 0       | retrieval.max-k=0 (command line) must be within 1..1000; correct it, or leave it out for the default 1000
          retrieval.max-k      | 1e3     | retrieval.max-k=1e3 (command line) must be within 1..1000; correct it, or leave it out for the default 1000
          serving.port         | 65536   | serving.port=65536 (command line) must be within 0..65535; correct it, or leave it out for the default 8080
          encoder.engine       | torch   | encoder.engine=torch (command line) must be one of reference, djl, cuda; correct it, or leave it out for the default djl
          encoder.device       | gpu     | encoder.device=gpu (command line) must be auto, cpu or gpu0, gpu1, ...; correct it, or leave it out for the default auto
          serving.ram          | 5x      | serving.ram=5x (command line) must be any, or an amount such as 3500m or 4g, within 256m..65536g; correct it, or leave it out for the default any
          serving.ram          | 1k      | serving.ram=1k (command line) must be any, or an amount such as 3500m or 4g, within 256m..65536g; correct it, or leave it out for the default any
          generations.parallel-shards | 257 | generations.parallel-shards=257 (command line) must be within 0..256; correct it, or leave it out for the default 0
          ladder.steps         | popular,full | ladder.steps=popular,full (command line) must be none, or any of smaller-search, shorter-history, stale-embedding, popular, parted by commas; correct it, or leave it out for the default smaller-search,shorter-history,stale-embedding,popular
          retrieval.maxk       | 5       | retrieval.maxk (command line) is not a setting; did you mean retrieval.max-k? CONFIGURATION.md lists them all
          sreving.port         | 5       | sreving.port (command line) is not a setting; did you mean serving.port? CONFIGURATION.md lists them all
          retrieval.max-k      | 99      | retrieval.default-k=100 must be at most retrieval.max-k=99; lower the first or raise the second
          batch.waiting-bytes  | 1024    | batch.max-line-bytes=1048576 must be at most batch.waiting-bytes=1024; lower the first or raise the second
          """)
  void aWrongKeyOrValueIsRefusedWithTheMend(String key, String value, String message) {
    List<SettingSource> sources = List.of(SettingSource.commandLine(Map.of(key, value)));

    assertThatThrownBy(() -> ServiceConfiguration.of(sources))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(message);
  }

  @Test
  void aFileThatIsMissingBrokenOrHoldsAListIsRefusedByName() throws IOException {
    Path missing = folder.resolve("missing.yml");
    Path broken = Files.writeString(folder.resolve("broken.yml"), "serving: [1, 2\n");
    Path list = Files.writeString(folder.resolve("list.yml"), "serving:\n  port: [1, 2]\n");

    assertThatThrownBy(() -> SettingSource.file(missing))
        .hasMessage("configuration file %s does not exist; give the path of a YAML file", missing);
    assertThatThrownBy(() -> SettingSource.file(broken))
        .hasMessageStartingWith("configuration file %s cannot be read as YAML: ", broken);
    assertThatThrownBy(() -> SettingSource.file(list))
        .hasMessage("serving.port in %s is a list; each key takes one value", list);
  }

  @Test
  void aValueFromAFileIsRefusedWithThatFile() throws IOException {
    Path file = Files.writeString(folder.resolve("hstu.yml"), "serving.port: -1\n");

    assertThatThrownBy(() -> ServiceConfiguration.of(List.of(SettingSource.file(file))))
        .hasMessageStartingWith("serving.port=-1 (%s) must be within 0..65535", file);
  }
}
