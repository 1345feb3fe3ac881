package dev.hstu.encoder.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.EngineUnavailableException;
import dev.hstu.encoder.Precision;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every engine present agrees with the public implementation, and a verification notices when one
/// doesn't.
class GoldenVerificationTest {

  private static final Path GOLDEN = Path.of("src/test/resources/golden").toAbsolutePath();
  private static final Path TINY = GOLDEN.resolve("tiny.safetensors");
  private static final List<EngineChoice> REFERENCE =
      GoldenVerification.choicesOf(Engine.REFERENCE);

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"tiny", "asymmetric"})
  void everyEnginePresentAgreesWithThePublicImplementation(String name) throws IOException {
    assertPasses(GOLDEN.resolve(name + ".safetensors"));
  }

  @Test
  void everyEnginePresentAgreesAtTheShapeOfTheLargeModel() throws IOException {
    Path shared = Path.of(System.getProperty("hstu.root", "..")).resolve("../shared");
    Path large =
        Path.of(System.getProperty("hstu.shared", shared.toString()))
            .resolve("golden/ml1m-large-shape.safetensors");
    assumeTrue(Files.exists(large), large + " is not on this machine; set -Dhstu.shared");
    assertPasses(large);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny", "asymmetric"})
  void aPlainImplementationInHalfPrecisionIsWithinItsToleranceAndNotExact(String name)
      throws IOException {
    EngineChoice plain = EngineChoice.of(Engine.REFERENCE).withPrecision(Precision.BFLOAT16);
    VerificationReport report =
        GoldenVerification.verify(GOLDEN.resolve(name + ".safetensors"), List.of(plain));
    assertThat(report.checks()).noneMatch(Check::failed);
    assertThat(report.checks())
        .filteredOn(check -> check.tensor().equals("user"))
        .allSatisfy(
            check ->
                assertThat(check.outcome())
                    .isInstanceOfSatisfying(
                        Outcome.Measured.class,
                        measured -> assertThat(measured.error()).isGreaterThan(1e-4)));
  }

  @Test
  void aFastEngineInHalfPrecisionMayBeOffTwiceAsFarAsAPlainOne() throws IOException {
    try (GoldenFile file = GoldenFile.open(TINY)) {
      GoldenCase golden = GoldenCase.read(file);
      EngineChoice plain = EngineChoice.of(Engine.REFERENCE).withPrecision(Precision.BFLOAT16);
      Tolerances tolerances = Tolerances.of(golden, EngineChoice.of(Engine.CUDA));
      assertThat(new EngineVerification(golden, plain).checks())
          .filteredOn(check -> check.tensor().matches("layer[0-9]+|sequence|user"))
          .isNotEmpty()
          .allSatisfy(
              check ->
                  assertThat(check.outcome())
                      .isInstanceOfSatisfying(
                          Outcome.Measured.class,
                          measured ->
                              assertThat(tolerances.of(check.tensor()))
                                  .isEqualTo(2 * measured.error())));
      assertThat(tolerances.of("topk_ids")).isEqualTo(Tolerance.BFLOAT16);
    }
  }

  @Test
  void theTrainingEngineIsHeldToEveryGradient() throws IOException {
    VerificationReport report =
        GoldenVerification.verify(TINY, GoldenVerification.choicesOf(Engine.DJL));
    Set<String> gradients =
        report.checks().stream()
            .map(Check::tensor)
            .filter(tensor -> tensor.startsWith("grad."))
            .collect(Collectors.toSet());
    assertThat(gradients).hasSize(12);
    assertThat(report.passed()).isTrue();
    assertThat(report.largest()).filteredOn(check -> gradients.contains(check.tensor())).hasSize(1);
  }

  @Test
  void theBaselineIsCheckedAsFarAsItsFileGoes() throws IOException {
    Path sasRec = GOLDEN.resolve("sasrec.safetensors");
    VerificationReport report =
        GoldenVerification.verify(sasRec, GoldenVerification.enginesPresent());
    assertThat(report.checks()).noneMatch(Check::failed);
    assertThat(report.checks())
        .filteredOn(check -> check.engine().equals("djl"))
        .extracting(Check::tensor)
        .containsExactly("sequence", "sequence (padding)", "user", "user (served)");
  }

  @Test
  void anEngineThatIsNotMadeForAModelIsSkippedWithTheReason() throws IOException {
    VerificationReport report =
        GoldenVerification.verify(
            GOLDEN.resolve("sasrec.safetensors"), List.of(EngineChoice.of(Engine.CUDA)));
    assertThat(report.checks())
        .singleElement()
        .extracting(Check::outcome)
        .isEqualTo(
            new Outcome.Skipped(
                "it computes HSTU and this model is SASRec; choose djl or reference"));
    assertThat(report.passed()).isTrue();
  }

  @Test
  void anEngineThatIsNotThereFailsTheRun() {
    List<EngineChoice> cuda = List.of(EngineChoice.of(Engine.CUDA).withDevice("cpu"));
    assertThatThrownBy(() -> GoldenVerification.verify(TINY, cuda))
        .isInstanceOf(EngineUnavailableException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "_embedding_module._item_emb.weight",
        "_input_features_preproc._pos_emb.weight",
        "_hstu._attention_layers.0._uvqk",
        "_hstu._attention_layers.0._o.weight",
        "_hstu._attention_layers.0._o.bias",
        "_hstu._attention_layers.0._rel_attn_bias._pos_w",
        "_hstu._attention_layers.0._rel_attn_bias._ts_w",
        "_hstu._attention_layers.1._uvqk",
        "_hstu._attention_layers.1._o.weight",
        "_hstu._attention_layers.1._o.bias",
        "_hstu._attention_layers.1._rel_attn_bias._pos_w",
        "_hstu._attention_layers.1._rel_attn_bias._ts_w",
      })
  void aWrongWeightFailsInEitherPrecision(String weight) throws IOException {
    Path wrong = directory.resolve("wrong.safetensors");
    GoldenCopy.withTensor(TINY, wrong, "model." + weight, bytes -> stretchFloats(bytes, 1.01f));
    VerificationReport report = GoldenVerification.verify(wrong, REFERENCE);
    assertThat(report.checks().stream().filter(Check::failed).map(Check::precision))
        .contains("float64", "float32");
    assertThat(report.passed()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "expected.layer0, layer0",
    "expected.layer1, layer1",
    "expected.sequence, sequence",
    "expected.user, user",
    "expected.topk_scores, topk_scores",
    "expected.loss, loss",
  })
  void aWrongValueFailsItsOwnCheck(String tensor, String check) throws IOException {
    Path wrong = directory.resolve("wrong.safetensors");
    GoldenCopy.withTensor(
        TINY, wrong, tensor, bytes -> bytes.putDouble(0, bytes.getDouble(0) + 1e-3));
    assertThat(failedOn(wrong)).contains(check);
  }

  @Test
  void idsThatTradePlacesWithoutATieFail() throws IOException {
    Path wrong = directory.resolve("wrong.safetensors");
    GoldenCopy.withTensor(
        TINY,
        wrong,
        "expected.topk_ids",
        bytes -> {
          long first = bytes.getLong(0);
          bytes.putLong(0, bytes.getLong(8)).putLong(8, first);
        });
    assertThat(failedOn(wrong)).containsExactly("topk_ids");
  }

  @Test
  void aWrongRequestTimeOrItemFails() throws IOException {
    Path wrong = directory.resolve("wrong.safetensors");
    // Slot 1 of the first user, who has one event, is the request time.
    GoldenCopy.withTensor(
        TINY, wrong, "input.timestamps", bytes -> bytes.putLong(8, bytes.getLong(8) + 10_000));
    assertThat(failedOn(wrong)).contains("user");
    GoldenCopy.withTensor(TINY, wrong, "input.ids", bytes -> bytes.putLong(0, 7));
    assertThat(failedOn(wrong)).contains("layer0");
  }

  @Test
  void inputsThatCannotBeUsedAreRefusedByName() throws IOException {
    Path wrong = directory.resolve("wrong.safetensors");
    GoldenCopy.withTensor(TINY, wrong, "input.lengths", bytes -> bytes.putLong(0, 13));
    assertRefused(wrong, "input.lengths[0]=13 must be within 1..12");
    GoldenCopy.withConfig(TINY, wrong, "\"items\": 40", "\"items\": 41");
    assertRefused(wrong, "_embedding_module._item_emb.weight");
    GoldenCopy.withConfig(TINY, wrong, "\"num_heads\"", "\"heads\"");
    assertRefused(wrong, "num_heads= must be an integer");
    GoldenCopy.withoutConfig(TINY, wrong);
    assertRefused(wrong, "no 'config' in its metadata");
    assertRefused(directory.resolve("absent"), "no such file");
  }

  @Test
  void theProgramSaysWhatFailedAndEndsWithItsExitCode() throws IOException {
    Path wrong = directory.resolve("wrong.safetensors");
    GoldenCopy.withTensor(TINY, wrong, "expected.user", bytes -> bytes.putDouble(0, 2));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    assertThat(run(out, err, TINY.toString())).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("layer1 ok").doesNotContain("FAILED");
    assertThat(run(out, err, TINY.toString(), wrong.toString())).isEqualTo(1);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("user FAILED");
    assertThat(run(out, err)).isEqualTo(2);
    assertThat(run(out, err, "absent")).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("absent: no such file");
  }

  private static int run(ByteArrayOutputStream out, ByteArrayOutputStream err, String... files) {
    return Verify.run(
        files,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  private static void assertPasses(Path golden) throws IOException {
    VerificationReport report =
        GoldenVerification.verify(golden, GoldenVerification.enginesPresent());
    assertThat(report.checks()).filteredOn(Check::failed).isEmpty();
    assertThat(report.checks().stream().map(check -> check.engine() + " " + check.precision()))
        .contains("reference float64", "reference float32", "djl float32");
    assertThat(report.checks().stream().map(Check::tensor))
        .contains("layer0", "sequence", "user", "topk_ids", "topk_scores", "loss");
  }

  private static List<String> failedOn(Path golden) throws IOException {
    return GoldenVerification.verify(golden, REFERENCE).checks().stream()
        .filter(Check::failed)
        .map(Check::tensor)
        .distinct()
        .toList();
  }

  private static void assertRefused(Path golden, String reason) {
    assertThatThrownBy(() -> GoldenVerification.verify(golden, REFERENCE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(golden.toString())
        .hasMessageContaining(reason);
  }

  private static void stretchFloats(ByteBuffer bytes, float factor) {
    for (int at = 0; at < bytes.capacity(); at += Float.BYTES) {
      bytes.putFloat(at, bytes.getFloat(at) * factor);
    }
  }
}
