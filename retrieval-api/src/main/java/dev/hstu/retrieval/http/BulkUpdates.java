package dev.hstu.retrieval.http;

import dev.hstu.index.live.ItemUpdate;
import dev.hstu.index.live.LiveIndex;
import io.micronaut.json.JsonMapper;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;

/// One bulk body: read line by line, made durable chunk by chunk, answered by one line each. A line
/// that cannot be taken costs only itself. For one body and thread.
final class BulkUpdates {

  /// Longest line: the longest record of the log in decimal digits.
  static final int MAX_LINE_BYTES = 1 << 19;

  /// Most lines of one body, so that the answer stays within some ten megabytes.
  static final int MAX_LINES = 200_000;

  /// Updates that share an fsync: at a millisecond each it is far below the cost of parsing them,
  /// and few enough for the log's queue.
  private static final int CHUNK = 512;

  private final LiveIndex live;
  private final ItemUpdateReader reader;
  private final JsonMapper json;
  private final ByteArrayOutputStream answer = new ByteArrayOutputStream();
  private final List<ItemUpdate> chunk = new ArrayList<>();

  /// By line of the chunk: the problem, or null where it waits in [#chunk].
  private final List<LineResult> results = new ArrayList<>();

  private int lines;
  private int taken;
  private int refused;

  BulkUpdates(LiveIndex live, ItemUpdateReader reader, JsonMapper json) {
    this.live = live;
    this.reader = reader;
    this.json = json;
  }

  /// Takes all updates of a body.
  ///
  /// @return NDJSON, one [LineResult] a line that isn't blank
  byte[] take(InputStream body) throws IOException {
    InputStream bytes = new BufferedInputStream(body);
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int next = bytes.read();
    while (next >= 0) {
      line.reset();
      boolean tooLong = false;
      while (next >= 0 && next != '\n') {
        tooLong |= line.size() == MAX_LINE_BYTES;
        if (!tooLong) {
          line.write(next);
        }
        next = bytes.read();
      }
      lines++;
      if (lines > MAX_LINES) {
        refuse(
            ProblemType.TOO_MANY_ENTRIES,
            "the body has more than %d lines; this one and all after it were not taken, send them"
                    .formatted(MAX_LINES)
                + " in another");
        break;
      }
      if (tooLong) {
        refuse(
            ProblemType.OUT_OF_RANGE,
            "the line is longer than %d bytes; send shorter attributes".formatted(MAX_LINE_BYTES));
      } else if (!isBlank(line)) {
        read(line.toByteArray());
      }
      next = next < 0 ? next : bytes.read();
    }
    submit();
    return answer.toByteArray();
  }

  /// How many lines were taken and refused, in words.
  String counts() {
    return "%d taken, %d refused".formatted(taken, refused);
  }

  /// How many lines were taken.
  int taken() {
    return taken;
  }

  private void read(byte[] line) {
    try {
      ItemUpdate update = reader.line(line);
      live.requireFitting(update);
      chunk.add(update);
      results.add(LineResult.waiting(lines, update.id()));
    } catch (InvalidRequestException | IllegalArgumentException e) {
      results.add(LineResult.refused(lines, UpdateProblems.of(e)));
    }
    if (chunk.size() == CHUNK) {
      submit();
    }
  }

  private void refuse(ProblemType type, String detail) {
    results.add(LineResult.refused(lines, Problem.of(type, detail)));
  }

  /// Makes the chunk durable and answers its lines.
  private void submit() {
    try {
      long last = live.submit(List.copyOf(chunk)).join();
      long sequence = last - chunk.size();
      for (LineResult result : results) {
        write(result.problem() == null ? result.taken(++sequence) : result);
      }
    } catch (IOException | CompletionException | IllegalArgumentException e) {
      Problem problem = UpdateProblems.of(e);
      for (LineResult result : results) {
        write(result.problem() == null ? LineResult.refused(result.line(), problem) : result);
      }
    }
    chunk.clear();
    results.clear();
  }

  private void write(LineResult result) {
    if (result.problem() == null) {
      taken++;
    } else {
      refused++;
    }
    try {
      answer.writeBytes(json.writeValueAsBytes(result));
      answer.write('\n');
    } catch (IOException e) {
      throw new UncheckedIOException("an answer could not be written as JSON", e);
    }
  }

  private static boolean isBlank(ByteArrayOutputStream line) {
    return line.toString(StandardCharsets.UTF_8).isBlank();
  }
}
