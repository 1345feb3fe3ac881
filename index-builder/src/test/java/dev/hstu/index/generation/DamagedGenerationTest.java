package dev.hstu.index.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hstu.index.BuildInputs;
import dev.hstu.index.BuildListener;
import dev.hstu.index.IndexBuilder;
import dev.hstu.kernels.storage.FileChecksum;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever happens to a file of a generation, the generation is refused by name and file.
final class DamagedGenerationTest {

  @TempDir Path folder;

  private GenerationStore store;
  private BuildInputs inputs;
  private GenerationManifest manifest;
  private Path generation;

  @BeforeEach
  void build() throws IOException {
    store = GenerationStore.at(folder.resolve("generations"));
    inputs = BuildInputs.write(folder, 60, 1);
    manifest = IndexBuilder.build(inputs.request(store), BuildListener.NONE);
    generation = store.root().resolve(manifest.id());
  }

  @Test
  void everyCutFileIsNamed() throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    for (String name : names()) {
      byte[] whole = Files.readAllBytes(generation.resolve(name));
      if (whole.length > 0) {
        Files.write(generation.resolve(name), Arrays.copyOf(whole, random.nextInt(whole.length)));
        assertRefused(name);
        Files.write(generation.resolve(name), whole);
      }
    }
    store.open(manifest.id()).close();
  }

  @Test
  void everyFlippedBitIsNamed() throws IOException {
    SplittableRandom random = new SplittableRandom(2);
    for (String name : names()) {
      byte[] whole = Files.readAllBytes(generation.resolve(name));
      if (whole.length > 0) {
        byte[] damaged = whole.clone();
        damaged[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
        Files.write(generation.resolve(name), damaged);
        assertRefused(name);
        Files.write(generation.resolve(name), whole);
      }
    }
    store.open(manifest.id()).close();
  }

  @Test
  void everyMissingFileIsNamed() throws IOException {
    Path aside = folder.resolve("aside");
    for (String name : names()) {
      Files.move(generation.resolve(name), aside);
      assertRefused(name);
      Files.move(aside, generation.resolve(name));
    }
    store.open(manifest.id()).close();
  }

  @Test
  void aFileTooManyIsNamed() throws IOException {
    for (String name : new String[] {"extra", "model/extra", "index/shard-000/write.lock"}) {
      Files.writeString(generation.resolve(name), "");
      assertRefused(name);
      Files.delete(generation.resolve(name));
    }
    Files.createSymbolicLink(generation.resolve("model/link"), Path.of("config.json"));
    assertRefused("model/link");
  }

  @Test
  void theModelOfAnotherGenerationIsNamed() throws IOException {
    Files.writeString(generation.resolve("model/config.json"), "{\"seed\": 2}");

    assertRefused("model/config.json");
  }

  @Test
  void anotherModelsFingerprintIsRefused() throws IOException {
    try (Generation open = store.open(manifest.id())) {
      assertThatThrownBy(() -> open.requireModel("e".repeat(64)))
          .isInstanceOf(DamagedGenerationException.class)
          .hasMessageContaining("generation " + manifest.id() + ": model has fingerprint eee");
    }
  }

  @Test
  void itemsOfAnotherGenerationAreNamedEvenWithRightChecksums() throws IOException {
    BuildInputs other = BuildInputs.write(Files.createDirectory(folder.resolve("b")), 61, 2);
    Path vectors = generation.resolve("items/vectors.safetensors");
    Files.copy(other.itemVectors(), vectors, StandardCopyOption.REPLACE_EXISTING);
    TreeMap<String, FileChecksum> files = new TreeMap<>(manifest.files());
    files.put("items/vectors.safetensors", FileChecksum.of(vectors));
    ManifestFile.write(
        generation.resolve("generation.json"), manifest.withEvaluation(new TreeMap<>(), files));

    DamagedGenerationException refused = assertRefused("items/vectors.safetensors");
    assertThat(refused)
        .hasMessageContaining("its number of items is 61 and that of generation.json is 60");
  }

  private DamagedGenerationException assertRefused(String name) {
    DamagedGenerationException refused =
        catchThrowableOfType(
            DamagedGenerationException.class, () -> store.open(manifest.id()).close());
    assertThat(refused).as("damage of %s", name).isNotNull();
    assertThat(refused.file()).isEqualTo(name);
    assertThat(refused.generation()).isEqualTo(manifest.id());
    assertThat(refused).hasMessageContaining(manifest.id()).hasMessageContaining(name);
    return refused;
  }

  private Iterable<String> names() {
    TreeMap<String, FileChecksum> all = new TreeMap<>(manifest.files());
    all.put("generation.json", new FileChecksum(0, ""));
    return all.navigableKeySet();
  }
}
