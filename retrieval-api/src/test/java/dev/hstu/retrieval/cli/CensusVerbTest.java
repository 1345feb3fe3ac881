package dev.hstu.retrieval.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hstu.index.BuildListener;
import dev.hstu.index.BuildRequest;
import dev.hstu.index.GenerationEvaluator;
import dev.hstu.index.IndexBuilder;
import dev.hstu.index.catalog.Catalog;
import dev.hstu.index.catalog.ItemVectors;
import dev.hstu.index.generation.GenerationLayout;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.index.search.GraphSettings;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `hstu census` as a user types it: a good generation is clean, one whose lost items nobody
/// listed ends with 1 and their ids.
final class CensusVerbTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @Test
  void aGoodGenerationIsClean() throws IOException {
    TinyGenerations generations = new TinyGenerations(folder);
    String id = generations.publish(1);

    CommandLineRun words = census("--probe", "50");
    CommandLineRun document = census("--json", "--probe", "50", "--k", "10");

    assertThat(words.exitCode()).as(words.err()).isZero();
    assertThat(words.out())
        .contains(id + ": 300 items: 0 unreachable, 0 dead ones returnable, 0 misplaced")
        .contains("50 of 50 items are among the 100 nearest to their own vector");
    JsonNode json = JSON.readTree(document.out());
    assertThat(json.get("generation").asText()).isEqualTo(id);
    assertThat(json.get("clean").asBoolean()).isTrue();
    assertThat(json.get("unreachable_ids")).isEmpty();
    assertThat(json.at("/probe/found").asInt()).isEqualTo(50);
  }

  @Test
  void itemsThatNoSearchComesToAreNamed() throws Exception {
    String id = narrowGraphOverHeaps();
    assertThat(census("--generation", "latest").exitCode()).as("the build listed them").isZero();
    forgetUnreachable(id);

    CommandLineRun words = census("--generation", id);
    CommandLineRun document = census("--generation", id, "--json");

    assertThat(words.exitCode()).as(words.err()).isOne();
    JsonNode json = JSON.readTree(document.out());
    assertThat(json.get("clean").asBoolean()).isFalse();
    assertThat(json.get("unreachable").asInt()).isPositive();
    assertThat(words.out())
        .contains("unreachable: " + json.get("unreachable_ids").get(0).asText() + "\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --generation=current       | no generation is published in
          --generation=latest        | there is no generation in
          --generation=../elsewhere  | generation '../elsewhere' is not in
          --probe=-1                 | --probe -1 must be at least 0
          """)
  void wrongInputEndsWithOneSentence(String option, String message) {
    CommandLineRun run = census(option);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).startsWith("hstu: " + message).hasLineCount(1);
  }

  @Test
  void aDamagedGenerationIsSaidSo() throws IOException {
    TinyGenerations generations = new TinyGenerations(folder);
    String id = generations.publish(1);
    Files.delete(generations.store().root().resolve(id).resolve(GenerationLayout.POPULARITY));

    CommandLineRun run = census();

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains(GenerationLayout.POPULARITY, "is missing");
  }

  private CommandLineRun census(String... more) {
    String[] arguments = new String[more.length + 3];
    arguments[0] = "census";
    arguments[1] = "--generations";
    arguments[2] = folder.resolve("generations").toString();
    System.arraycopy(more, 0, arguments, 3, more.length);
    return CommandLineRun.of(arguments);
  }

  /// Many copies of few vectors fill each other's short neighbour lists, so that heaps of them
  /// have no way in.
  private String narrowGraphOverHeaps() throws IOException {
    int items = 8_000;
    int distinct = 200;
    int dimension = 16;
    SplittableRandom random = new SplittableRandom(5);
    float[][] heaps = new float[distinct][dimension];
    for (float[] heap : heaps) {
      double squares = 0;
      for (int d = 0; d < dimension; d++) {
        heap[d] = (float) random.nextGaussian();
        squares += heap[d] * heap[d];
      }
      for (int d = 0; d < dimension; d++) {
        heap[d] /= (float) Math.sqrt(squares);
      }
    }
    Path model = Files.createDirectory(folder.resolve("model"));
    Files.writeString(model.resolve("config.json"), "{}");
    IdTable ids = IdTable.ofLongs(LongStream.range(0, items).toArray());
    Path vectors = folder.resolve("vectors.safetensors");
    String fingerprint = "0".repeat(64);
    ItemVectors.write(
        vectors,
        ids,
        fingerprint,
        dimension,
        (row, target) -> System.arraycopy(heaps[row % distinct], 0, target, 0, dimension));
    BuildRequest request =
        new BuildRequest(
            GenerationStore.at(folder.resolve("generations")),
            model,
            fingerprint,
            vectors,
            new Catalog(ids, AttributeTable.withoutColumns(items), new long[items]),
            IndexSettings.graph(new GraphSettings(2, 4)),
            1,
            GenerationEvaluator.NONE,
            Instant.now());
    return IndexBuilder.build(request, BuildListener.NONE).id();
  }

  /// Takes the list of lost items out of a generation, and out of its manifest, so that nothing
  /// compares them one by one any more.
  private void forgetUnreachable(String id) throws IOException, NoSuchAlgorithmException {
    Path generation = folder.resolve("generations").resolve(id);
    Files.delete(generation.resolve(GenerationLayout.UNREACHABLE));
    Path file = generation.resolve(GenerationLayout.MANIFEST);
    ObjectNode manifest = (ObjectNode) JSON.readTree(file.toFile());
    ((ObjectNode) manifest.get("files")).remove(GenerationLayout.UNREACHABLE);
    String zeros = "0".repeat(64);
    manifest.remove("checksum");
    String unchecked = JSON.writeValueAsString(manifest.put("checksum", zeros));
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(unchecked.getBytes(StandardCharsets.UTF_8));
    int digits = unchecked.lastIndexOf(zeros);
    Files.writeString(
        file, unchecked.substring(0, digits) + HexFormat.of().formatHex(digest) + "\"}");
  }
}
