using System.Buffers.Binary;
using System.Text;
using Criterion.Formats;
using static Criterion.Tests.Formats.FormatTesting;

namespace Criterion.Tests.Formats;

public class NpyTests
{
    public static TheoryData<DType, int> TypesAndShapes =>
        new(AllTypes.SelectMany(static type => Enumerable.Range(0, SomeShapes.Length).Select(shape => (type, shape))));

    [Theory]
    [MemberData(nameof(TypesAndShapes))]
    public void What_was_written_is_read(DType dtype, int shape)
    {
        Tensor tensor = Filled(dtype, SomeShapes[shape]);
        byte[] file = Written(stream => Npy.Write(stream, tensor));

        AssertSame(tensor, Npy.Read(new MemoryStream(file)));
        AssertSame(tensor, Npy.Read(new Trickle(file)));
    }

    [Theory]
    [InlineData("little_f2")]
    [InlineData("big_f2")]
    [InlineData("little_f4")]
    [InlineData("big_f4")]
    public void NumPys_floats_are_read(string type) =>
        AssertValues(Npy.Read(Fixture("Npy_" + type)), [2, 3], 0f, 1f, 2f, 3f, 100f, 127f);

    [Theory]
    [InlineData("little_f8")]
    [InlineData("big_f8")]
    public void NumPys_doubles_are_read(string type) =>
        AssertValues(Npy.Read(Fixture("Npy_" + type)), [2, 3], 0d, 1d, 2d, 3d, 100d, 127d);

    [Theory]
    [InlineData("i1")]
    [InlineData("little_i2")]
    [InlineData("little_i4")]
    [InlineData("little_i8")]
    [InlineData("big_i2")]
    [InlineData("big_i4")]
    [InlineData("big_i8")]
    [InlineData("little_u2")]
    [InlineData("little_u4")]
    [InlineData("big_u4")]
    public void NumPys_integers_are_read(string type) =>
        AssertValues(Npy.Read(Fixture("Npy_" + type)), [2, 3], 0L, 1L, 2L, 3L, 100L, 127L);

    [Fact]
    public void NumPys_bytes_and_truths_are_read()
    {
        AssertValues(Npy.Read(Fixture("Npy_u1")), [2, 3], (byte)0, (byte)1, (byte)2, (byte)3, (byte)100, (byte)127);
        AssertValues(Npy.Read(Fixture("Npy_bool")), [2, 3], false, true, true, true, true, true);
    }

    [Fact]
    public void Column_major_order_is_turned_into_row_major() =>
        AssertValues(Npy.Read(Fixture("NpyFortran")), [2, 3, 4], [.. Enumerable.Range(0, 24).Select(static i => (float)i)]);

    [Fact]
    public void Scalars_vectors_and_empty_arrays_keep_their_shape()
    {
        AssertValues(Npy.Read(Fixture("NpyScalar")), [], 2.5);
        AssertValues(Npy.Read(Fixture("NpyVector")), [3], 0L, 1L, 2L);
        AssertValues<float>(Npy.Read(Fixture("NpyEmpty")), [0, 3]);
    }

    [Theory]
    [InlineData("NpyVersion2")]
    [InlineData("NpyVersion3")]
    public void Later_versions_are_read(string fixture) => AssertValues(Npy.Read(Fixture(fixture)), [3], 0L, 1L, 2L);

    [Theory]
    [InlineData("Npy_little_f4")]
    [InlineData("Npy_little_f8")]
    [InlineData("Npy_little_i8")]
    [InlineData("Npy_u1")]
    [InlineData("Npy_bool")]
    public void Written_bytes_are_those_of_NumPy(string fixture)
    {
        MemoryStream golden = Fixture(fixture);
        Assert.Equal(golden.ToArray(), Written(stream => Npy.Write(stream, Npy.Read(golden))));
    }

    [Fact]
    public void Views_are_written_in_their_own_order()
    {
        Tensor view = Tensor.From([1f, 2, 3, 4, 5, 6], [2, 3]).Transpose();
        AssertValues(Npy.Read(new MemoryStream(Written(stream => Npy.Write(stream, view)))), [3, 2], 1f, 4f, 2f, 5f, 3f, 6f);
    }

    [Fact]
    public void Arrays_follow_one_another_in_a_stream_and_what_follows_in_a_file_is_ignored_as_in_NumPy()
    {
        using TemporaryFolder folder = new();
        Tensor one = Filled(DType.Float32, [3]);
        Tensor two = Filled(DType.Int64, [2, 2]);
        byte[] both = [.. Written(stream => Npy.Write(stream, one)), .. Written(stream => Npy.Write(stream, two))];
        File.WriteAllBytes(folder["both.npy"], both);

        foreach (Stream stream in (Stream[])[new MemoryStream(both), new Trickle(both)])
        {
            AssertSame(one, Npy.Read(stream));
            AssertSame(two, Npy.Read(stream));
        }

        AssertSame(one, Npy.Read(folder["both.npy"]));
    }

    [Theory]
    [InlineData("<u8", "0500000000000000")]
    [InlineData(">u8", "0000000000000005")]
    public void Unsigned_integers_of_64_bits_come_where_they_fit(string type, string five)
    {
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': (1,)}}";
        AssertValues(Npy.Read(WithHeader(header, Convert.FromHexString(five))), [1], 5L);
        Assert.Contains("above 9223372036854775807", Refused(() => Npy.Read(WithHeader(header, [255, 0, 0, 0, 0, 0, 0, 255]))));
    }

    [Fact]
    public void A_byte_that_is_neither_0_nor_1_is_a_plain_true()
    {
        byte[] file = Written(static stream => Npy.Write(stream, Tensor.From([false, true], [2])));
        file[^2] = 77;
        AssertValues(Npy.Read(new MemoryStream(file)), [2], true, true);
    }

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }")]
    [InlineData("  { \"shape\" :(2L),'fortran_order':False ,\"descr\": '<f4'}\n")]
    [InlineData("{u'descr': u'<f4', u'fortran_order': False, u'shape': (2L,)}")]
    [InlineData("{'descr': '|f4', 'fortran_order': False, 'shape': (3,), 'shape': (2,)}")]
    [InlineData("{'descr': 'f4', 'fortran_order': False, 'shape': (2,)}")]
    [InlineData("{'descr': 'float32', 'fortran_order': False, 'shape': (2,)}")]
    public void Headers_may_be_written_as_Python_would_read_them(string header) =>
        AssertValues(Npy.Read(WithHeader(header, new byte[8])), [2], 0f, 0f);

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } x")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'more': 1}")]
    [InlineData("{'descr': '<f16', 'fortran_order': False, 'shape': (1,)}")]
    [InlineData("{'descr': '<', 'fortran_order': False, 'shape': (1,)}")]
    [InlineData("{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2,)}")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': 2}")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (nan,)}")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1e9,)}")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2000000000,)}")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4294967296, 4294967296)}")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 2000000000, 2000000000)}")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (65536, 65536, 65536, 65536)}")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}")]
    [InlineData("{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}")]
    [InlineData("{'descr': '', 'fortran_order': False, 'shape': (1,)}")]
    public void Wrong_headers_are_refused(string header)
    {
        Assert.StartsWith("Npy: the stream: ", Refused(() => Npy.Read(WithHeader(header, new byte[8]))));
        Refused(() => Npy.Read(new Trickle(WithHeader(header, new byte[8]).ToArray())));
    }

    [Fact]
    public void Records_objects_and_other_files_are_refused_with_the_way_out()
    {
        Assert.Contains("save each field as an array", Refused(static () => Npy.Read(Fixture("NpyRecords"))));
        Assert.Contains("numpy.save", Refused(static () => Npy.Read(Fixture("PngGrey8"))));
        Refused(static () => Npy.Read(new MemoryStream()));
    }

    [Fact]
    public void A_folder_is_refused_by_name()
    {
        using TemporaryFolder folder = new();
        Assert.Contains($"{folder.Path}: it is a folder", Refused(() => Npy.Read(folder.Path)));
    }

    [Fact]
    public void Every_cut_is_noticed()
    {
        byte[] file = Fixture("Npy_little_f4").ToArray();
        for (int length = 0; length < file.Length; length++)
        {
            Refused(() => Npy.Read(new MemoryStream(file, 0, length)));
            Refused(() => Npy.Read(new Trickle(file[..length])));
        }
    }

    static MemoryStream WithHeader(string header, byte[] data)
    {
        byte[] length = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)header.Length);
        return new MemoryStream([0x93, .. "NUMPY"u8, 1, 0, .. length, .. Encoding.ASCII.GetBytes(header), .. data]);
    }
}
