package dev.hstu.retrieval.config;

import java.util.List;

/// Recall measured on live queries; `receipts.*`.
///
/// @param share of answers that are put aside to be answered again exactly; 0 for none
/// @param maxWaiting answers put aside at most
/// @param cpuShare of all processors that exact answers may take
/// @param tolerance recall below that of the build that is not yet decay
public record ReceiptSettings(double share, int maxWaiting, double cpuShare, double tolerance) {

  static final Setting<Double> SHARE =
      Setting.decimal(
          "receipts.share",
          0.01,
          0,
          1,
          "Share of POST /retrieve answers that are answered again exactly, in idle time, to measure"
              + " recall; 0 for none. At 100 requests a second 0.01 gives 500 samples in ten"
              + " minutes, which is what decay is noticed within; receipts.cpu-share may allow"
              + " fewer of a large catalogue.");
  static final Setting<Integer> MAX_WAITING =
      Setting.integer(
          "receipts.max-waiting",
          64,
          1,
          10_000,
          "Answers put aside at most, some kilobytes each; when there are as many, a new one takes"
              + " the place of a random one or is dropped, so that those kept are a fair sample.");
  static final Setting<Double> CPU_SHARE =
      Setting.decimal(
          "receipts.cpu-share",
          0.012,
          0.001,
          0.5,
          "Share of all processors' time that exact answers may take; beyond it they wait, and"
              + " samples are dropped.");
  static final Setting<Double> TOLERANCE =
      Setting.decimal(
          "receipts.tolerance",
          0.01,
          0.001,
          0.5,
          "How far recall may lie below that of the generation's build before it counts as decay:"
              + " live queries differ a little from those of a build.");

  static final List<Setting<?>> SETTINGS = List.of(SHARE, MAX_WAITING, CPU_SHARE, TOLERANCE);

  static ReceiptSettings from(SettingValues values) {
    return new ReceiptSettings(
        values.get(SHARE), values.get(MAX_WAITING), values.get(CPU_SHARE), values.get(TOLERANCE));
  }
}
