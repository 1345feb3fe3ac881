package dev.hstu.kernels.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/// The functions of `hstu_cuda.h`, each as one method that throws what they report. Arguments are
/// checked by the owners of the handles.
final class CudaFunctions {

  private static final int MAX_MESSAGE_BYTES = 1_024;
  private static final AddressLayout MESSAGE =
      ADDRESS.withTargetLayout(
          MemoryLayout.sequenceLayout(MAX_MESSAGE_BYTES, ValueLayout.JAVA_BYTE));

  private static final int NAME_BYTES = 256;
  private static final StructLayout DEVICE =
      MemoryLayout.structLayout(
          MemoryLayout.sequenceLayout(NAME_BYTES, ValueLayout.JAVA_BYTE).withName("name"),
          JAVA_INT.withName("major"),
          JAVA_INT.withName("minor"),
          JAVA_INT.withName("multiprocessors"),
          JAVA_INT.withName("driver"),
          ValueLayout.JAVA_LONG.withName("memory_bytes"));

  private static final StructLayout BUFFERS =
      MemoryLayout.structLayout(
          ADDRESS.withName("offsets"),
          ADDRESS.withName("items"),
          ADDRESS.withName("times"),
          ADDRESS.withName("request_times"),
          ADDRESS.withName("embeddings"),
          JAVA_INT.withName("max_tokens"),
          JAVA_INT.withName("max_users"));

  private static final StructLayout STATE_BUFFERS =
      MemoryLayout.structLayout(
          ADDRESS.withName("appends"),
          ADDRESS.withName("page_table"),
          ADDRESS.withName("embeddings"),
          JAVA_INT.withName("max_users"),
          JAVA_INT.withName("max_table"),
          JAVA_INT.withName("pages"),
          MemoryLayout.paddingLayout(Integer.BYTES));

  private static final MethodHandle LAST_ERROR =
      CudaLibrary.function("hstu_cuda_last_error", FunctionDescriptor.of(MESSAGE));
  private static final MethodHandle DEVICE_COUNT = function("hstu_cuda_device_count", ADDRESS);
  private static final MethodHandle DEVICE_OF = function("hstu_cuda_device", JAVA_INT, ADDRESS);
  private static final MethodHandle FREE_BYTES =
      function("hstu_cuda_free_bytes", JAVA_INT, ADDRESS);
  private static final MethodHandle MODEL_OPEN =
      function("hstu_cuda_model_open", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, ADDRESS);
  private static final MethodHandle MODEL_CLOSE = function("hstu_cuda_model_close", ADDRESS);
  private static final MethodHandle LANE_OPEN =
      function("hstu_cuda_lane_open", ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle LANE_BUFFERS =
      function("hstu_cuda_lane_buffers", ADDRESS, ADDRESS);
  private static final MethodHandle LANE_CLOSE = function("hstu_cuda_lane_close", ADDRESS);
  private static final MethodHandle ENCODE = function("hstu_cuda_encode", ADDRESS, JAVA_INT);
  private static final MethodHandle TRACE =
      function("hstu_cuda_trace", ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle STATES_OPEN =
      function("hstu_cuda_states_open", ADDRESS, ValueLayout.JAVA_LONG, JAVA_INT, ADDRESS);
  private static final MethodHandle STATES_BUFFERS =
      function("hstu_cuda_states_buffers", ADDRESS, ADDRESS);
  private static final MethodHandle STATES_CLOSE = function("hstu_cuda_states_close", ADDRESS);
  private static final MethodHandle APPEND = function("hstu_cuda_append", ADDRESS, JAVA_INT);
  private static final MethodHandle ENCODE_KEEPING =
      function("hstu_cuda_encode_keeping", ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);

  private CudaFunctions() {}

  private static MethodHandle function(String name, MemoryLayout... arguments) {
    return CudaLibrary.function(name, FunctionDescriptor.of(JAVA_INT, arguments));
  }

  static int deviceCount() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(JAVA_INT);
      try {
        require((int) DEVICE_COUNT.invokeExact(out));
      } catch (Throwable e) {
        throw unchecked(e);
      }
      return out.get(JAVA_INT, 0);
    }
  }

  static CudaDevice device(int index) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(DEVICE);
      try {
        require((int) DEVICE_OF.invokeExact(index, out));
      } catch (Throwable e) {
        throw unchecked(e);
      }
      return new CudaDevice(
          index,
          out.getString(0, StandardCharsets.UTF_8),
          integer(DEVICE, out, "major"),
          integer(DEVICE, out, "minor"),
          integer(DEVICE, out, "multiprocessors"),
          integer(DEVICE, out, "driver"),
          out.get(ValueLayout.JAVA_LONG, offset(DEVICE, "memory_bytes")));
    }
  }

  static long freeBytes(int device) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
      try {
        require((int) FREE_BYTES.invokeExact(device, out));
      } catch (Throwable e) {
        throw unchecked(e);
      }
      return out.get(ValueLayout.JAVA_LONG, 0);
    }
  }

  /// @param shape eight int32 in the order of `hstu_shape`
  /// @param weights addresses, one a tensor
  static MemorySegment openModel(
      int device, int precision, MemorySegment shape, MemorySegment weights, int count) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      try {
        require((int) MODEL_OPEN.invokeExact(device, precision, shape, weights, count, out));
      } catch (Throwable e) {
        throw unchecked(e);
      }
      return out.get(ADDRESS, 0);
    }
  }

  static void closeModel(MemorySegment model) {
    try {
      require((int) MODEL_CLOSE.invokeExact(model));
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  static MemorySegment openLane(MemorySegment model, int maxTokens, int maxUsers) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      try {
        require((int) LANE_OPEN.invokeExact(model, maxTokens, maxUsers, out));
      } catch (Throwable e) {
        throw unchecked(e);
      }
      return out.get(ADDRESS, 0);
    }
  }

  static LaneBuffers buffers(MemorySegment lane, int dimension) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(BUFFERS);
      try {
        require((int) LANE_BUFFERS.invokeExact(lane, out));
      } catch (Throwable e) {
        throw unchecked(e);
      }
      long tokens = integer(BUFFERS, out, "max_tokens");
      long users = integer(BUFFERS, out, "max_users");
      return new LaneBuffers(
          array(out, "offsets", (users + 1) * Integer.BYTES),
          array(out, "items", tokens * Integer.BYTES),
          array(out, "times", tokens * Long.BYTES),
          array(out, "request_times", users * Long.BYTES),
          array(out, "embeddings", users * dimension * Float.BYTES));
    }
  }

  static void closeLane(MemorySegment lane) {
    try {
      require((int) LANE_CLOSE.invokeExact(lane));
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  static void encode(MemorySegment lane, int users) {
    try {
      require((int) ENCODE.invokeExact(lane, users));
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  static void trace(MemorySegment lane, int users, MemorySegment streams, MemorySegment rows) {
    try {
      require((int) TRACE.invokeExact(lane, users, streams, rows));
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  static MemorySegment openStates(MemorySegment model, long bytes, int maxUsers) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      try {
        require((int) STATES_OPEN.invokeExact(model, bytes, maxUsers, out));
      } catch (Throwable e) {
        throw unchecked(e);
      }
      return out.get(ADDRESS, 0);
    }
  }

  static StateBuffers stateBuffers(MemorySegment states, int dimension) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(STATE_BUFFERS);
      try {
        require((int) STATES_BUFFERS.invokeExact(states, out));
      } catch (Throwable e) {
        throw unchecked(e);
      }
      int users = integer(STATE_BUFFERS, out, "max_users");
      long table = integer(STATE_BUFFERS, out, "max_table");
      return new StateBuffers(
          array(STATE_BUFFERS, out, "appends", (long) users * CudaStates.FIELDS * Integer.BYTES),
          array(STATE_BUFFERS, out, "page_table", table * Integer.BYTES),
          array(STATE_BUFFERS, out, "embeddings", (long) users * dimension * Float.BYTES),
          users,
          integer(STATE_BUFFERS, out, "pages"));
    }
  }

  static void closeStates(MemorySegment states) {
    try {
      require((int) STATES_CLOSE.invokeExact(states));
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  static void append(MemorySegment states, int users) {
    try {
      require((int) APPEND.invokeExact(states, users));
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  static void encodeKeeping(
      MemorySegment lane,
      MemorySegment states,
      int users,
      MemorySegment firstPages,
      MemorySegment pageTable,
      int entries) {
    try {
      require(
          (int) ENCODE_KEEPING.invokeExact(lane, states, users, firstPages, pageTable, entries));
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  private static MemorySegment array(MemorySegment buffers, String name, long bytes) {
    return array(BUFFERS, buffers, name, bytes);
  }

  private static MemorySegment array(
      StructLayout layout, MemorySegment buffers, String name, long bytes) {
    return buffers.get(ADDRESS, offset(layout, name)).reinterpret(bytes);
  }

  private static int integer(StructLayout layout, MemorySegment struct, String name) {
    return struct.get(JAVA_INT, offset(layout, name));
  }

  private static long offset(StructLayout layout, String name) {
    return layout.byteOffset(PathElement.groupElement(name));
  }

  private static void require(int code) throws Throwable {
    if (code != 0) {
      MemorySegment message = (MemorySegment) LAST_ERROR.invokeExact();
      throw new CudaException(code, message.getString(0, StandardCharsets.UTF_8));
    }
  }

  private static RuntimeException unchecked(Throwable e) {
    return switch (e) {
      case RuntimeException exception -> exception;
      case Error error -> throw error;
      default -> new IllegalStateException("the CUDA library declares no exception", e);
    };
  }
}
