package dev.hstu.retrieval.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.encoder.Encoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `hstu verify` and `hstu engines` say what they found in words, in JSON and by exit code.
class VerifyCommandTest {

  private static final Path GOLDEN =
      Path.of(System.getProperty("hstu.root", ".."), "encoder/src/test/resources/golden");
  private static final String TINY = GOLDEN.resolve("tiny.safetensors").toString();
  private static final String SASREC = GOLDEN.resolve("sasrec.safetensors").toString();

  @TempDir private Path directory;

  private CommandLineRun last = new CommandLineRun(0, "", "");

  @Test
  void everyEnginePresentPassesWithBothArchitectures() {
    assertThat(run("verify", TINY, SASREC)).isZero();
    assertThat(last.out())
        .contains("tiny.safetensors    reference  float64")
        .contains("tiny.safetensors    djl        float32")
        .contains("sasrec.safetensors  reference  float64")
        .contains("sasrec.safetensors  djl        float32")
        .contains("all checks passed")
        .doesNotContain("FAILED");
    if (!Encoder.engines().getLast().available()) {
      assertThat(last.err()).contains("not checked: engine cuda: ");
    }
  }

  @Test
  void aSpoiledFileFailsWithExitCodeOne() throws IOException {
    Path spoiled = spoiled();
    assertThat(run("verify", "--engine", "reference", TINY, spoiled.toString())).isEqualTo(1);
    assertThat(last.out()).contains("spoiled.safetensors").contains("FAILED");
  }

  @Test
  void jsonHasEveryCheck() throws IOException {
    assertThat(run("verify", "--json", "--engine", "reference", TINY, SASREC)).isZero();
    JsonNode document = new ObjectMapper().readTree(last.out());
    assertThat(document.path("passed").asBoolean()).isTrue();
    JsonNode check = document.at("/files/0/checks/0");
    assertThat(check.path("engine").asText()).isEqualTo("reference");
    assertThat(check.path("precision").asText()).isEqualTo("float64");
    assertThat(check.path("tensor").asText()).isEqualTo("layer0");
    assertThat(check.path("error").asDouble()).isLessThan(1e-12);
    assertThat(document.at("/files/1/checks/0/tensor").asText()).isEqualTo("sequence");
  }

  @Test
  void wrongInputIsOneSentenceAndExitCodeTwo() throws IOException {
    assertRefused("no such file", "verify", directory.resolve("absent").toString());
    Path text = Files.writeString(directory.resolve("text"), "no tensors here");
    assertRefused(text + ": ", "verify", text.toString());
    assertRefused("engine 'tpu' is not known", "verify", "--engine", "tpu", TINY);
    assertRefused("engine cuda: ", "verify", "--engine", "cuda", "--device", "cpu", TINY);
    assertRefused("name it with --engine", "verify", "--device", "gpu0", TINY);
    assertRefused("device gpu0", "verify", "--engine", "reference", "--device", "gpu0", TINY);
  }

  @Test
  void enginesAreListedWithTheReasonsOfThoseThatCannotRun() throws IOException {
    assertThat(run("engines")).isZero();
    assertThat(last.out())
        .containsPattern("reference +yes +plain Java")
        .containsPattern("cuda +(no|yes) +\\S")
        .containsPattern(
            "scan +yes +int8 codes of indexes are swept by the (AVX-512 VNNI kernel|Vector API.*: .*)");
    assertThat(run("engines", "--json")).isZero();
    JsonNode document = new ObjectMapper().readTree(last.out());
    assertThat(document.at("/0/engine").asText()).isEqualTo("reference");
    assertThat(document.at("/2/available").asBoolean()).isFalse();
    assertThat(document.get(document.size() - 1).get("engine").asText()).isEqualTo("scan");
  }

  private void assertRefused(String reason, String... arguments) {
    assertThat(run(arguments)).isEqualTo(2);
    assertThat(last.err()).contains(reason).doesNotContain("\tat ");
  }

  private int run(String... arguments) {
    last = CommandLineRun.of(arguments);
    return last.exitCode();
  }

  /// The tiny file with its last tensor, the position table of 15 slots of 8, overwritten.
  private Path spoiled() throws IOException {
    byte[] bytes = Files.readAllBytes(Path.of(TINY));
    for (int i = 1; i <= 15 * 8 * Float.BYTES; i++) {
      bytes[bytes.length - i] = (byte) (i % 4 == 1 ? 0x3f : 0x11);
    }
    return Files.write(directory.resolve("spoiled.safetensors"), bytes);
  }
}
