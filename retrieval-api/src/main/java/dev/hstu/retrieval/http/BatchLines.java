package dev.hstu.retrieval.http;

import dev.hstu.retrieval.config.BatchSettings;
import dev.hstu.retrieval.config.ServingSettings;
import io.micronaut.http.exceptions.ContentLengthExceededException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The lines of one batch's body, read ahead on a thread of its own into a bounded queue: while a
/// window is computed the next one gathers, and when the queue is full nothing more is read, so
/// that the client is held back by its connection.
final class BatchLines implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(BatchLines.class);

  private static final int CHUNK_BYTES = 8192;

  private final InputStream body;
  private final BatchSettings limits;
  private final ServingSettings serving;
  private final BlockingQueue<BatchEntry> queue;
  private final Semaphore freeBytes;
  private final Thread reader;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private boolean tooLong;
  private long lines;

  BatchLines(InputStream body, BatchSettings limits, ServingSettings serving) {
    this.body = body;
    this.limits = limits;
    this.serving = serving;
    this.queue = new ArrayBlockingQueue<>(limits.waitingLines());
    this.freeBytes = new Semaphore(limits.waitingBytes());
    this.reader = Thread.ofVirtual().name("batch-lines").unstarted(this::read);
  }

  /// Begins to read.
  void start() {
    reader.start();
  }

  /// The next lines: as many as wait, at most a window.
  ///
  /// @param waitNanos how long to wait for the first
  /// @return empty when none came
  List<BatchEntry> next(long waitNanos) throws InterruptedException {
    List<BatchEntry> window = new ArrayList<>();
    BatchEntry first = queue.poll(waitNanos, TimeUnit.NANOSECONDS);
    if (first != null) {
      window.add(first);
      queue.drainTo(window, limits.windowLines() - 1);
    }
    return window;
  }

  /// Makes room for as much as these lines took, now that they are answered.
  void answered(List<BatchEntry> window) {
    for (BatchEntry entry : window) {
      if (entry instanceof BatchEntry.Request(long _, byte[] json)) {
        freeBytes.release(json.length);
      }
    }
  }

  /// Stops reading; what waits is forgotten.
  @Override
  public void close() {
    if (reader.getState() == Thread.State.NEW) {
      closeBody();
    } else {
      reader.interrupt(); // which closes the body itself: the stream is for one thread
    }
    queue.clear();
    queue.offer(new BatchEntry.End(1));
  }

  private void read() {
    try {
      try {
        if (readAll()) {
          endLine();
        }
      } catch (IOException e) {
        if (e.getCause() instanceof ContentLengthExceededException) {
          refuse(
              ProblemType.BODY_TOO_LARGE,
              "the body is larger than %d bytes; this line and all after it were not taken, send"
                      .formatted(serving.maxUploadBytes())
                  + " them in another, or raise serving.max-upload-bytes");
        } else {
          LOG.debug("a batch's client broke off", e);
        }
      }
      queue.put(new BatchEntry.End(lines + 1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed: nobody takes anything any more
    } finally {
      closeBody();
    }
  }

  private void closeBody() {
    try {
      body.close();
    } catch (IOException e) {
      LOG.debug("a batch's body did not close cleanly", e);
    }
  }

  /// Reads to the end of the body, or to the first line too many.
  ///
  /// @return whether the body ended
  private boolean readAll() throws IOException, InterruptedException {
    byte[] chunk = new byte[CHUNK_BYTES];
    int count = body.read(chunk);
    while (count >= 0) {
      for (int i = 0; i < count; i++) {
        if (chunk[i] != '\n') {
          tooLong |= line.size() == limits.maxLineBytes();
          if (!tooLong) {
            line.write(chunk[i]);
          }
        } else if (!endLine()) {
          return false;
        }
      }
      count = body.read(chunk);
    }
    return true;
  }

  /// Queues the line read so far, unless it is blank.
  ///
  /// @return whether more lines may follow
  private boolean endLine() throws InterruptedException {
    if (isBlank() && !tooLong) {
      lines++;
      line.reset();
      return true;
    }
    if (lines >= limits.maxLines()) {
      refuse(
          ProblemType.TOO_MANY_ENTRIES,
          "the batch has more than %d lines; this one and all after it were not taken, send them"
                  .formatted(limits.maxLines())
              + " in another, or raise batch.max-lines");
      return false;
    }
    if (tooLong) {
      refuse(
          ProblemType.OUT_OF_RANGE,
          "the line is longer than %d bytes; send fewer events, or raise batch.max-line-bytes"
              .formatted(limits.maxLineBytes()));
    } else {
      lines++;
      byte[] json = line.toByteArray();
      freeBytes.acquire(json.length);
      queue.put(new BatchEntry.Request(lines, json));
    }
    line.reset();
    tooLong = false;
    return true;
  }

  private void refuse(ProblemType type, String detail) throws InterruptedException {
    lines++;
    queue.put(new BatchEntry.Refused(lines, Problem.of(type, detail)));
  }

  private boolean isBlank() {
    if (line.size() > CHUNK_BYTES) {
      return false; // an answer says what is wrong with it
    }
    for (byte character : line.toByteArray()) {
      if (character != ' ' && character != '\t' && character != '\r') {
        return false;
      }
    }
    return true;
  }
}
