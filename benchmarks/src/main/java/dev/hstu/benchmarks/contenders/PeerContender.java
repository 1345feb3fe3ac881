package dev.hstu.benchmarks.contenders;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.benchmarks.vectors.SearchData;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// A peer in a process of its own, one of `benchmarks/peers`: `driver.h` there describes what
/// passes over its standard input and output. It times its calls itself, and sleeps while others
/// run.
final class PeerContender implements Contender {

  private static final int CLOSE_SECONDS = 10;

  /// Longest greeting; beyond it the process isn't one of ours.
  private static final int MAX_GREETING_BYTES = 4_096;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final InputStream in;
  private final OutputStream out;
  private final JsonNode greeting;
  private final String index;
  private final PeerEfforts efforts;

  /// The efforts of a peer.
  @FunctionalInterface
  interface PeerEfforts {
    /// @param name as the peer calls its parameter
    Efforts of(String name, int k);
  }

  private PeerContender(
      Process process, InputStream in, JsonNode greeting, String index, PeerEfforts efforts) {
    this.process = process;
    this.in = in;
    this.out = process.getOutputStream();
    this.greeting = greeting;
    this.index = index;
    this.efforts = efforts;
  }

  /// Starts a driver and waits until its index is built or open.
  static PeerContender start(
      Path driver, String index, SearchData data, IndexStore store, PeerEfforts efforts)
      throws IOException {
    Path folder = Files.createDirectories(store.of(index));
    store.remarks().accept("starting %s; its first start builds its index".formatted(index));
    ProcessBuilder builder =
        new ProcessBuilder(
                driver.toString(),
                data.baseFile().toString(),
                data.queryFile().toString(),
                folder.toString(),
                Integer.toString(store.buildThreads()))
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("OPENBLAS_NUM_THREADS", Integer.toString(store.buildThreads()));
    Process process = builder.start();
    InputStream in = new BufferedInputStream(process.getInputStream());
    try {
      return new PeerContender(process, in, greeting(driver, in), index, efforts);
    } catch (IOException e) {
      process.destroy();
      throw e;
    }
  }

  private static JsonNode greeting(Path driver, InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0 || line.length() == MAX_GREETING_BYTES) {
        throw new IOException("%s gave no greeting; it said '%.200s'".formatted(driver, line));
      }
      line.append((char) c);
    }
    return JSON.readTree(line.toString());
  }

  @Override
  public String name() {
    return greeting.path("name").asText();
  }

  @Override
  public String index() {
    return index;
  }

  @Override
  public int batch() {
    return greeting.path("batch").asInt();
  }

  @Override
  public Efforts efforts(int k) {
    return efforts.of(greeting.path("effort").asText(), k);
  }

  @Override
  public IndexCost cost() {
    return new IndexCost(
        greeting.path("buildSeconds").asDouble(),
        greeting.path("buildCpuSeconds").asDouble(),
        greeting.path("buildThreads").asInt(),
        greeting.path("diskBytes").asLong(),
        greeting.path("memoryBytes").asLong());
  }

  @Override
  public Answers answer(int first, int count, int k, int effort) {
    try {
      String line = "%d %d %d %d%n".formatted(k, effort, first, count);
      out.write(line.getBytes(StandardCharsets.US_ASCII));
      out.flush();
      long[] nanos = new long[read(Integer.BYTES).getInt(0)];
      read(nanos.length * Long.BYTES).asLongBuffer().get(nanos);
      long cpuNanos = read(Long.BYTES).getLong(0);
      int[] rows = new int[count * k];
      read(rows.length * Integer.BYTES).asIntBuffer().get(rows);
      return new Answers(rows, nanos, cpuNanos);
    } catch (IOException e) {
      throw new UncheckedIOException("peer %s broke off".formatted(name()), e);
    }
  }

  private ByteBuffer read(int bytes) throws IOException {
    byte[] content = in.readNBytes(bytes);
    if (content.length < bytes) {
      throw new EOFException("%d of %d bytes came".formatted(content.length, bytes));
    }
    return ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public void close() throws IOException {
    out.close();
    try {
      if (!process.waitFor(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        process.destroy();
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
    }
  }
}
