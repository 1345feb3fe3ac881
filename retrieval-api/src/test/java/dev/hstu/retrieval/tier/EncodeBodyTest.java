package dev.hstu.retrieval.tier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The bodies between services and encoders: what is written is read, and what is damaged is
/// refused, as a value and over real HTTP, whatever the bytes.
class EncodeBodyTest {

  private static final String FINGERPRINT = "0123456789abcdef".repeat(4);

  @TempDir Path folder;

  @Test
  void aRequestIsReadAsItWasWritten() {
    for (int seed = 0; seed < 50; seed++) {
      HistoryBatch batch = Histories.of(seed, 1 + seed % 9);

      EncodeRequest read = EncodeRequest.parse(new EncodeRequest(FINGERPRINT, batch).toBytes());

      assertThat(read.fingerprint()).isEqualTo(FINGERPRINT);
      assertThat(read.batch().offsets()).isEqualTo(batch.offsets());
      assertThat(read.batch().items()).isEqualTo(batch.items());
      assertThat(read.batch().times()).isEqualTo(batch.times());
      assertThat(read.batch().requestTimes()).isEqualTo(batch.requestTimes());
    }
  }

  @Test
  void whatWasDoneTravelsToo() {
    HistoryBatch silent = Histories.of(3, 4);
    float[] actions = new float[silent.items().length];
    Arrays.fill(actions, Float.NaN);
    actions[1] = 4.5f;
    HistoryBatch batch =
        new HistoryBatch(
            silent.offsets(), silent.items(), silent.times(), actions, silent.requestTimes());
    EncodeRequest read = EncodeRequest.parse(new EncodeRequest(FINGERPRINT, batch).toBytes());
    assertThat(read.batch().items()).isEqualTo(batch.items());
    assertThat(read.batch().actions()).isEqualTo(actions);
    HistoryBatch both = HistoryBatch.concat(List.of(silent, read.batch()));
    assertThat(both.actions()).hasSize(2 * actions.length);
    assertThat(both.actions()[1]).isNaN();
    assertThat(both.actions()[actions.length + 1]).isEqualTo(4.5f);
  }

  @Test
  void aResponseIsReadAsItWasWritten() {
    float[] values = {1, -0f, Float.MIN_VALUE, Float.NaN, 5, 6};

    EncodeResponse read =
        EncodeResponse.parse(new EncodeResponse(FINGERPRINT, 2, 77, values).toBytes());

    assertThat(read.fingerprint()).isEqualTo(FINGERPRINT);
    assertThat(read.users()).isEqualTo(2);
    assertThat(read.nanos()).isEqualTo(77);
    assertThat(read.embeddings()).isEqualTo(values);
  }

  @Test
  void everyFlippedBitAndEveryCutIsNoticed() {
    byte[] body = new EncodeRequest(FINGERPRINT, Histories.of(1, 2)).toBytes();
    for (int bit = 0; bit < body.length * Byte.SIZE; bit++) {
      byte[] flipped = body.clone();
      flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      assertThatThrownBy(() -> EncodeRequest.parse(flipped)).isInstanceOf(BodyFault.class);
    }
    for (int length = 0; length < body.length; length++) {
      byte[] cut = Arrays.copyOf(body, length);
      assertThatThrownBy(() -> EncodeRequest.parse(cut)).isInstanceOf(BodyFault.class);
    }
  }

  @Test
  void anotherVersionSaysWhatToDo() {
    byte[] body = new EncodeRequest(FINGERPRINT, Histories.of(1, 1)).toBytes();
    body[4] = 2;

    assertThatThrownBy(() -> EncodeRequest.parse(sealed(body)))
        .hasMessage(
            "the body is of version 2 and this process reads 1; run both ends of one release");
  }

  @Test
  void countsThatPromiseMoreThanThereIsCostNoMemory() {
    byte[] body = new EncodeRequest(FINGERPRINT, Histories.of(1, 1)).toBytes();
    ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN).putInt(44, Integer.MAX_VALUE);

    assertThatThrownBy(() -> EncodeRequest.parse(sealed(body)))
        .isInstanceOf(BodyFault.class)
        .hasMessageContaining("2147483647 events take 25769803776 bytes");
  }

  @Test
  void whateverIsSentIsAnsweredAndNoFault() throws Exception {
    fuzz(300);
  }

  @Test
  @Tag("soak")
  void whateverIsSentIsAnsweredAndNoFaultTenThousandTimes() throws Exception {
    fuzz(10_000);
  }

  private void fuzz(int cases) throws Exception {
    TinyGenerations generations = new TinyGenerations(folder);
    generations.publish(1);
    try (EncoderServer encoder =
            EncoderServer.start(
                generations.configuration(
                    Map.of("encoder-server.port", "0", "encoder-server.max-body-bytes", "4096")));
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      String model = EncoderTier.awaitModel(encoder);
      Random random = new Random(11);
      int fine = 0;
      for (int i = 0; i < cases; i++) {
        byte[] body = mutated(model, random);
        HttpResponse<byte[]> answer = send(client, encoder.address(), body, random);
        String said = new String(answer.body(), StandardCharsets.UTF_8);
        assertThat(answer.statusCode()).as("case %d: %s", i, said).isIn(200, 400, 409, 413, 504);
        fine += answer.statusCode() == 200 ? 1 : 0;
      }
      assertThat(fine).as("some requests are whole").isPositive();
      HttpResponse<byte[]> whole =
          send(client, encoder.address(), EncoderTier.request(model, 1), new Random(0));
      assertThat(whole.statusCode()).isIn(200, 504);
    }
  }

  private static HttpResponse<byte[]> send(
      HttpClient client, URI address, byte[] body, Random random) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address.resolve(EncodeRequest.PATH))
            .POST(BodyPublishers.ofByteArray(body));
    switch (random.nextInt(12)) {
      case 1 -> request.header(EncodeRequest.DEADLINE_HEADER, "-1");
      case 2 -> request.header(EncodeRequest.DEADLINE_HEADER, "99999999999999999999");
      case 3 -> request.header(EncodeRequest.DEADLINE_HEADER, "1");
      case 4 -> request.header(EncodeRequest.DEADLINE_HEADER, "soon");
      default -> {}
    }
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }

  /// A whole request, damaged in one of several ways; often with a right sum, so that what lies
  /// behind the sum is met too.
  private static byte[] mutated(String model, Random random) {
    byte[] body = EncoderTier.request(model, random.nextInt(1000));
    int at = random.nextInt(body.length);
    return switch (random.nextInt(8)) {
      case 0 -> body;
      case 1 -> Arrays.copyOf(body, at);
      case 2 -> Arrays.copyOf(body, body.length + random.nextInt(6000));
      case 3 -> new byte[at];
      case 4 -> {
        random.nextBytes(body);
        yield body;
      }
      case 5 -> {
        ByteBuffer.wrap(body)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(40 + 4 * random.nextInt(2), random.nextInt());
        yield sealed(body);
      }
      default -> {
        for (int i = 0; i <= random.nextInt(4); i++) {
          body[random.nextInt(body.length)] = (byte) random.nextInt();
        }
        yield sealed(body);
      }
    };
  }

  /// With the sum its bytes have.
  private static byte[] sealed(byte[] body) {
    CRC32C sum = new CRC32C();
    sum.update(body, 0, body.length - Integer.BYTES);
    ByteBuffer.wrap(body)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(body.length - Integer.BYTES, (int) sum.getValue());
    return body;
  }
}
