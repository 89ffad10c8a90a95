using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using Criterion.Formats;

namespace Criterion.Training;

/// <summary>
/// A growing event file of TensorBoard: records of a length, its checksum, the bytes of an <c>Event</c>, and their checksum.
/// </summary>
/// <remarks>
/// Sources: TensorFlow, <c>tensorflow.org/tutorials/load_data/tfrecord</c> (records and masked checksums), and <c>event.proto</c> and
/// <c>summary.proto</c> of TensorBoard (messages).
/// </remarks>
internal sealed class EventFile : IDisposable
{
    const string Version = "brain.Event:2";
    const uint ChecksumMask = 0xA282EAD8;
    const int SessionStarted = 1;

    readonly FileStream _file;

    /// <summary>Creates a new file in a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="firstStep">
    /// The number of the next step: TensorBoard drops events of this and later steps that earlier files of the folder have.
    /// </param>
    public EventFile(string folder, long firstStep)
    {
        _file = Create(folder);
        Write(Event(0).Add(3, Version));
        if (firstStep > 1)
        {
            Write(Event(firstStep).Add(7, new ProtobufMessage().Add(1, SessionStarted)));
        }
    }

    /// <summary>Writes the values of a <c>Summary</c> and flushes them.</summary>
    public void Write(long step, params IEnumerable<ProtobufMessage> values) =>
        Write(Event(step).Add(5, new ProtobufMessage().Add(1, values)));

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    static ProtobufMessage Event(long step) =>
        new ProtobufMessage().Add(1, (DateTime.UtcNow - DateTime.UnixEpoch).TotalSeconds).Add(2, step);

    void Write(ProtobufMessage message)
    {
        using MemoryStream bytes = new();
        message.WriteTo(bytes);
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteInt64LittleEndian(length, message.Size);
        WriteWithChecksum(length);
        WriteWithChecksum(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
        _file.Flush();
    }

    void WriteWithChecksum(ReadOnlySpan<byte> bytes)
    {
        Span<byte> sum = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(sum, BitOperations.RotateRight(Checksum(bytes), 15) + ChecksumMask);
        _file.Write(bytes);
        _file.Write(sum);
    }

    static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint sum = uint.MaxValue;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
        {
            sum = BitOperations.Crc32C(sum, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        }

        foreach (byte one in bytes[(words.Length * sizeof(ulong))..])
        {
            sum = BitOperations.Crc32C(sum, one);
        }

        return ~sum;
    }

    // TensorBoard reads the files of a folder in the order of their names.
    static FileStream Create(string folder)
    {
        long seconds = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        string[] names = [.. Directory.GetFiles(folder, $"{TensorBoardOptions.FilePrefix}*").Select(static file => Path.GetFileName(file))];
        long last = names.Select(static name => TimeOf(name)).DefaultIfEmpty(0).Max();
        string name = $"{TensorBoardOptions.FilePrefix}{Math.Max(seconds, last + 1).ToString(CultureInfo.InvariantCulture)}.criterion";
        return new FileStream(Path.Combine(folder, name), FileMode.CreateNew, FileAccess.Write, FileShare.Read);
    }

    static long TimeOf(string name)
    {
        string text = name[TensorBoardOptions.FilePrefix.Length..].Split('.')[0];
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long time) ? time : 0;
    }
}
