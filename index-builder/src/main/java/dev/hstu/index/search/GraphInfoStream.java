package dev.hstu.index.search;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.lucene.util.InfoStream;

/// Reads the progress of a graph build out of Lucene's diagnostic messages, the only place where it
/// is told. Should their wording change, progress grows coarse and nothing else happens.
final class GraphInfoStream extends InfoStream {

  private static final String COMPONENT = "HNSW";

  /// `addVectors [2048 4096): 2048 vectors in 12.34 ms`: one worker's finished batch.
  private static final Pattern BATCH =
      Pattern.compile("addVectors \\[\\d+ \\d+\\): (\\d+) vectors");

  private final int total;
  private final IndexProgress progress;
  private final AtomicInteger linked = new AtomicInteger();

  GraphInfoStream(int total, IndexProgress progress) {
    this.total = total;
    this.progress = progress;
  }

  @Override
  public boolean isEnabled(String component) {
    return component.equals(COMPONENT);
  }

  @Override
  public void message(String component, String message) {
    Matcher batch = BATCH.matcher(message);
    if (batch.find()) {
      int done = linked.addAndGet(Integer.parseInt(batch.group(1)));
      progress.linked(Math.min(done, total), total);
    }
  }

  @Override
  public void close() {}
}
