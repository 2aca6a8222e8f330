"""The other side of server.rs: sends programs to numfuse, reads arrays."""

import struct
import subprocess

import numpy as np

# numfuse's short names; those with a length or a unit are NumPy's own.
SHORT = {
    "bool": "bool", "i8": "int8", "i16": "int16", "i32": "int32", "i64": "int64",
    "u8": "uint8", "u16": "uint16", "u32": "uint32", "u64": "uint64",
    "f16": "float16", "f32": "float32", "f64": "float64", "c64": "complex64", "c128": "complex128",
}  # fmt: skip
LONG = {np.dtype(long): short for short, long in SHORT.items()}
COUNT = struct.Struct("<I")
WORD = struct.Struct("<Q")


def dtype_name(dtype):
    """numfuse's name of a dtype."""
    if dtype.kind == "U":
        return f"U{dtype.itemsize // 4}"
    if dtype.kind == "S":
        return f"S{dtype.itemsize}"
    native = dtype.newbyteorder("=")
    return LONG.get(native) or native.name


class Refused:
    """What a program that has no result gives instead."""

    def __init__(self, code, message):
        self.code, self.message = code, message


def counted(data):
    return COUNT.pack(len(data)) + data


def packed(text, inputs):
    """A program as the server reads it."""
    parts = [counted(text.encode()), bytes([len(inputs)])]
    parts += [given.packed() for given in inputs]
    return b"".join(parts)


class Answer:
    """A cursor over the server's answer."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def byte(self):
        self.at += 1
        return self.data[self.at - 1]

    def counted(self):
        start = self.at + 4
        self.at = start + COUNT.unpack_from(self.data, self.at)[0]
        return self.data[start : self.at]

    def array(self):
        name = self.counted().decode()
        code = self.counted().decode()
        dtype = np.dtype(SHORT.get(code, code))
        rank = self.byte()
        shape = struct.unpack_from(f"<{rank}Q", self.data, self.at)
        self.at += 8 * rank
        memory = self.counted()
        if dtype.itemsize == 0:
            return name, np.zeros(shape, dtype)
        return name, np.frombuffer(memory, dtype).reshape(shape)

    def result(self):
        if self.byte():
            return Refused(self.counted().decode(), self.counted().decode())
        self.at += 4
        (n,) = COUNT.unpack_from(self.data, self.at - 4)
        return [self.array() for _ in range(n)]


class Ended(Exception):
    """The server crashed."""


class Server:
    """A running server. Its process ends with its standard input."""

    def __init__(self, path):
        self.path = path
        self.start()

    def start(self):
        self.process = subprocess.Popen([self.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def evaluate(self, programs):
        """The result of each (text, inputs): a list of (name, array), or `Refused`."""
        body = COUNT.pack(len(programs)) + b"".join(packed(*p) for p in programs)
        try:
            self.process.stdin.write(WORD.pack(len(body)) + body)
            self.process.stdin.flush()
        except BrokenPipeError:
            self.ended()
        answer = Answer(self.read(WORD.unpack(self.read(8))[0]))
        return [answer.result() for _ in programs]

    def read(self, n):
        data = self.process.stdout.read(n)
        if len(data) != n:
            self.ended()
        return data

    def ended(self):
        """Starts another server, for the next programs."""
        status = self.process.wait()
        self.start()
        raise Ended(f"the server ended with status {status}")

    def close(self):
        self.process.stdin.close()
        self.process.wait()
