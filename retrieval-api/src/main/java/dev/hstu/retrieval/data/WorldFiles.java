package dev.hstu.retrieval.data;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dev.hstu.kernels.storage.AtomicFolder;
import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;

/// The files of a simulated world: what a user's own export would look like, and the truth beside.
///
/// | file | content |
/// |---|---|
/// | `interactions.csv.gz` | `user_id,item_id,rating,timestamp`, by time |
/// | `items.csv` | `item_id,title,genres,year`, genres split by a bar |
/// | `truth.json` | settings, HR of the planted distribution and of popularity, items by topic |
final class WorldFiles {

  static final String INTERACTIONS = "interactions.csv.gz";
  static final String ITEMS = "items.csv";
  static final String TRUTH = "truth.json";

  private static final int BUFFER_CHARS = 1 << 16;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private WorldFiles() {}

  static void write(SimulatedWorld world, Path out, boolean overwrite) throws IOException {
    FolderSwap.write(out, overwrite, folder -> write(world, folder));
  }

  private static Path write(SimulatedWorld world, Path target) throws IOException {
    try (AtomicFolder folder = AtomicFolder.creating(target)) {
      Path path = folder.path();
      DurableFiles.writeAtomically(path.resolve(INTERACTIONS), bytes -> interactions(world, bytes));
      DurableFiles.writeAtomically(path.resolve(ITEMS), bytes -> items(world, bytes));
      DurableFiles.writeAtomically(path.resolve(TRUTH), JSON.writeValueAsBytes(truth(world)));
      folder.commit();
      return target;
    }
  }

  private static void interactions(SimulatedWorld world, OutputStream bytes) throws IOException {
    SimulatedLog log = world.log();
    GZIPOutputStream packed = new GZIPOutputStream(bytes, BUFFER_CHARS);
    StringBuilder lines =
        new StringBuilder(BUFFER_CHARS).append("user_id,item_id,rating,timestamp\n");
    for (int event : log.byTime()) {
      lines
          .append(userId(log.user(event)))
          .append(',')
          .append(world.items().id(log.item(event)))
          .append(',')
          .append(log.rating(event))
          .append(',')
          .append(log.timeSeconds(event))
          .append('\n');
      if (lines.length() > BUFFER_CHARS - 128) {
        packed.write(lines.toString().getBytes(StandardCharsets.UTF_8));
        lines.setLength(0);
      }
    }
    packed.write(lines.toString().getBytes(StandardCharsets.UTF_8));
    packed.finish();
  }

  private static void items(SimulatedWorld world, OutputStream bytes) throws IOException {
    WorldItems items = world.items();
    int[] ordinals = new int[items.topicCount()];
    StringWriter text = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text)) {
      csv.writeRecord("item_id", "title", "genres", "year");
      for (int item = 0; item < items.count(); item++) {
        int topic = items.topic(item);
        int year = ItemTitles.year(items.birthSeconds(item));
        csv.writeRecord(
            Long.toString(items.id(item)),
            ItemTitles.title(topic, ordinals[topic]++, year),
            ItemTitles.labels(topic),
            Integer.toString(year));
      }
    }
    bytes.write(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static Map<String, Object> truth(SimulatedWorld world) {
    Map<String, Object> truth = new LinkedHashMap<>();
    truth.put("settings", world.settings());
    truth.put("events", world.events());
    truth.put("cutoffs", WorldTruth.cutoffs());
    truth.put("oracle_hr", world.truth().oracle());
    truth.put("popularity_hr", world.truth().popularity());
    truth.put("protocol", "each user's last event, all unseen items ranked (exclude=all)");
    WorldItems items = world.items();
    List<long[]> topics =
        IntStream.range(0, items.topicCount())
            .mapToObj(topic -> ids(items, items.inTopic(topic)))
            .toList();
    truth.put("items_by_topic", topics);
    Map<Long, long[]> successors = new LinkedHashMap<>();
    for (int item = 0; item < items.count(); item++) {
      successors.put(items.id(item), ids(items, items.successorsOf(item)));
    }
    truth.put("successors", successors);
    return truth;
  }

  private static long[] ids(WorldItems items, WeightedItems some) {
    return IntStream.of(some.items()).mapToLong(items::id).toArray();
  }

  private static String userId(int user) {
    return "u" + (user + 1);
  }
}
