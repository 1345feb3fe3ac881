package dev.hstu.retrieval.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.retrieval.data.ImportOutcome.Imported;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/// What the import tests share: files to import, and prepared data as lines to compare.
final class Imports {

  static final ImportListener SILENT = new ImportListener() {};

  private Imports() {}

  static Path file(Path folder, String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  static byte[] gzip(String content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream packed = new GZIPOutputStream(bytes)) {
      packed.write(content.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  /// Imports and expects success.
  static Imported imported(ImportRequest request) throws IOException {
    ImportOutcome outcome = InteractionImport.run(request, SILENT);
    assertThat(outcome).isInstanceOf(Imported.class);
    return (Imported) outcome;
  }

  /// Imports a log with the given rules, where any share of bad rows is fine.
  static Imported tolerant(Path log, Path out, ReadingRules rules) throws IOException {
    return imported(ImportRequest.of(log, null, out).withRules(rules).withMaxBadShare(1));
  }

  /// Every event as `user item@time:action`, users and events in their order.
  static List<String> events(Path prepared) throws IOException {
    PreparedData data = PreparedData.open(prepared);
    InteractionLog log = data.log();
    List<String> lines = new ArrayList<>();
    for (int user = 0; user < log.users(); user++) {
      for (int e = log.start(user); e < log.start(user) + log.length(user); e++) {
        lines.add(
            String.format(
                Locale.ROOT,
                "%s %s@%d:%s",
                data.users().idAt(user),
                data.items().idAt(log.items()[e] - 1),
                log.times()[e],
                log.actions()[e]));
      }
    }
    return lines;
  }

  static List<Path> entries(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    }
  }
}
