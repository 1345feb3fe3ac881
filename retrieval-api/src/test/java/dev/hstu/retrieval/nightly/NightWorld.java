package dev.hstu.retrieval.nightly;

import dev.hstu.index.generation.GenerationStore;
import dev.hstu.retrieval.config.NightlyConfiguration;
import dev.hstu.retrieval.data.SimulatedWorld;
import dev.hstu.retrieval.data.WorldSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/// A small simulated world that comes in on two days: on the second there are more events, and
/// items that the first has never heard of.
final class NightWorld {

  /// Every tenth item is new on the second day.
  private static final int NEW_ITEM_EVERY = 10;

  private static final WorldSettings SETTINGS = new WorldSettings(60, 80, 8, 7);

  private final Path root;
  private final List<String> events = new ArrayList<>();
  private final List<String> items = new ArrayList<>();
  private final Set<String> newItems = new HashSet<>();
  private Instant now = Instant.parse("2026-03-01T02:00:00Z");

  /// Below `root`: `inbox`, `items.csv`, `nightly`, `generations`.
  NightWorld(Path root) throws IOException {
    this.root = root;
    Path world = root.resolve("world");
    SimulatedWorld.generate(SETTINGS).write(world, true);
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(world.resolve("interactions.csv.gz"))),
                StandardCharsets.UTF_8))) {
      lines.readLine();
      lines.lines().forEach(events::add);
    }
    items.addAll(Files.readAllLines(world.resolve("items.csv")));
    for (int i = NEW_ITEM_EVERY; i < items.size(); i += NEW_ITEM_EVERY) {
      newItems.add(items.get(i).split(",")[0]);
    }
    Files.createDirectories(root.resolve("inbox"));
  }

  /// The first nine tenths of the events, by time, of the items of before.
  void firstDay() throws IOException {
    write("2026-02-28.csv", events.subList(0, events.size() * 9 / 10), false);
    catalogue(false);
  }

  /// All that was missing.
  void secondDay() throws IOException {
    List<String> later = new ArrayList<>(events.subList(events.size() * 9 / 10, events.size()));
    for (String event : events.subList(0, events.size() * 9 / 10)) {
      if (newItems.contains(event.split(",")[1])) {
        later.add(event);
      }
    }
    write("2026-03-01.csv", later, true);
    catalogue(true);
    now = now.plusSeconds(86_400);
  }

  private void write(String name, List<String> lines, boolean withNewItems) throws IOException {
    StringBuilder text = new StringBuilder("user_id,item_id,rating,timestamp\n");
    for (String line : lines) {
      if (withNewItems || !newItems.contains(line.split(",")[1])) {
        text.append(line).append('\n');
      }
    }
    Files.writeString(inbox().resolve(name), text);
  }

  private void catalogue(boolean withNewItems) throws IOException {
    List<String> kept =
        items.stream()
            .filter(line -> withNewItems || !newItems.contains(line.split(",")[0]))
            .toList();
    Files.write(root.resolve("items.csv"), kept);
  }

  Path inbox() {
    return root.resolve("inbox");
  }

  Path work() {
    return root.resolve("nightly");
  }

  Set<String> newItems() {
    return newItems;
  }

  GenerationStore store() {
    return GenerationStore.at(root.resolve("generations"));
  }

  /// The configuration file, with further values or others.
  Path configuration(Map<String, String> changes) throws IOException {
    Map<String, String> values = new TreeMap<>();
    values.put("folder", work().toString());
    values.put("generations", root.resolve("generations").toString());
    values.put("ram", "32g");
    values.put("disk", "1g");
    values.put("input.interactions", inbox().toString());
    values.put("input.items", root.resolve("items.csv").toString());
    values.put("input.settle-seconds", "0");
    values.put("train.preset", "small");
    values.put("train.first-epochs", "2");
    values.put("train.epochs", "1");
    values.put("train.threads", "1");
    values.put("build.evaluate", "false");
    values.put("gate.max-p99-millis", "60000"); // the machine may be busy with other tests
    values.putAll(changes);
    StringBuilder yaml = new StringBuilder();
    values.forEach((key, value) -> yaml.append("%s: \"%s\"\n".formatted(key, value)));
    return Files.writeString(root.resolve("nightly.yaml"), yaml);
  }

  NightOutcome night() throws IOException {
    return night(Map.of(), NightListener.NONE);
  }

  NightOutcome night(Map<String, String> changes, NightListener listener) throws IOException {
    NightlyConfiguration configuration = NightlyConfiguration.read(configuration(changes));
    now = now.plusSeconds(60);
    return Nightly.run(configuration, InstantSource.fixed(now), listener);
  }

  /// The content digest of what is published.
  String published() throws IOException {
    return store().manifest(store().currentId().orElseThrow()).contentDigest();
  }

  /// The journal of the youngest night.
  NightJournal journal() throws IOException {
    return NightArchive.open(work()).journals().getFirst();
  }
}
