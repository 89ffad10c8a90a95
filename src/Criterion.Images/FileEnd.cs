using System.Buffers.Binary;

namespace Criterion.Images;

/// <summary>Finds truncated files that Skia decodes as far as they reach.</summary>
internal static class FileEnd
{
    const byte Prefix = 0xFF;
    const byte EndOfImage = 0xD9;
    const byte StartOfScan = 0xDA;
    const int RiffHeader = 8;

    /// <summary>Returns whether a JPEG or WebP lacks its end; false for other formats.</summary>
    public static bool IsMissing(ReadOnlySpan<byte> file) => file.StartsWith((ReadOnlySpan<byte>)[Prefix, 0xD8])
        ? !HasEndOfImage(file)
        : file.StartsWith("RIFF"u8) && IsCutRiff(file);

    static bool IsCutRiff(ReadOnlySpan<byte> file) =>
        file.Length < RiffHeader || file.Length - RiffHeader < BinaryPrimitives.ReadUInt32LittleEndian(file[4..]);

    // A cut between the scans of a progressive JPEG leaves a picture of less detail. Thumbnails inside of segments have an end marker too,
    // so segments are skipped. Source: ITU-T T.81, annex B.
    static bool HasEndOfImage(ReadOnlySpan<byte> file)
    {
        int at = 2;
        while (at + 1 < file.Length)
        {
            byte marker = file[at + 1];
            if (file[at] == Prefix && marker == EndOfImage)
            {
                return true;
            }

            bool isSegment = file[at] == Prefix && HasLength(marker) && at + 4 <= file.Length;
            at += isSegment ? 2 + BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]) : 1;
            if (isSegment && marker == StartOfScan)
            {
                at = AfterScan(file, at);
            }
        }

        return false;
    }

    // Stuffed zeros, fill bytes and restart markers are part of a scan.
    static int AfterScan(ReadOnlySpan<byte> file, int at)
    {
        while (at + 1 < file.Length && !(file[at] == Prefix && file[at + 1] is not (0 or Prefix or >= 0xD0 and <= 0xD7)))
        {
            at++;
        }

        return at;
    }

    static bool HasLength(byte marker) => marker is not (0 or 1 or Prefix or >= 0xD0 and <= 0xD9);
}
