package dev.hstu.encoder.compute.torch;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Packs the source text of one TorchScript class as the archive that PyTorch loads modules from,
/// so that the text stays readable and no Python is needed to build it.
///
/// The archive is a zip of stored entries: `code/__torch__.py`, the text; `data.pkl`, a pickle
/// (protocol 2) of one instance with its attributes; `constants.pkl`, an empty tuple; `version`.
final class TorchScriptArchive {

  /// File format of archives whose module has no tensors; read by every later PyTorch.
  private static final byte[] VERSION = {'3', '\n'};

  private TorchScriptArchive() {}

  /// The archive of one instance of `className`.
  ///
  /// @param attributes what the instance's declared attributes hold: Integer or Double
  static byte[] of(String className, String source, Map<String, Number> attributes) {
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(archive)) {
      store(zip, "data.pkl", instance(className, new TreeMap<>(attributes)));
      store(zip, "code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
      store(zip, "constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
      store(zip, "version", VERSION);
    } catch (IOException e) {
      throw new UncheckedIOException("an archive in memory cannot fail to be written", e);
    }
    return archive.toByteArray();
  }

  /// `__torch__.className.__new__()` with its state set; opcodes as in Python's `pickletools`.
  private static byte[] instance(String className, Map<String, Number> attributes)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream pickle = new DataOutputStream(bytes);
    pickle.writeByte(0x80); // PROTO
    pickle.writeByte(2);
    pickle.writeBytes("c__torch__\n" + className + "\n"); // GLOBAL
    pickle.writeByte(')'); // EMPTY_TUPLE
    pickle.writeByte(0x81); // NEWOBJ
    pickle.writeBytes("}("); // EMPTY_DICT, MARK
    for (Map.Entry<String, Number> attribute : attributes.entrySet()) {
      pickle.writeByte('X'); // BINUNICODE
      byte[] name = attribute.getKey().getBytes(StandardCharsets.UTF_8);
      pickle.writeInt(Integer.reverseBytes(name.length));
      pickle.write(name);
      if (attribute.getValue() instanceof Integer number) {
        pickle.writeByte('J'); // BININT, little-endian
        pickle.writeInt(Integer.reverseBytes(number));
      } else {
        pickle.writeByte('G'); // BINFLOAT, big-endian
        pickle.writeDouble(attribute.getValue().doubleValue());
      }
    }
    pickle.writeBytes("ub."); // SETITEMS, BUILD, STOP
    return bytes.toByteArray();
  }

  private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
    CRC32 checksum = new CRC32();
    checksum.update(content);
    ZipEntry entry = new ZipEntry("module/" + name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(checksum.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }
}
