using System.Buffers.Binary;
using System.Text;
using Criterion.Formats;
using Criterion.Tests.Repository;
using static Criterion.Tests.Formats.FormatTesting;

namespace Criterion.Tests.Formats;

public class SafetensorsTests
{
    [Fact]
    public void What_was_written_is_read_in_its_order()
    {
        KeyValuePair<string, Tensor>[] tensors =
        [
            .. from dtype in AllTypes.Reverse()
               from shape in SomeShapes
               select KeyValuePair.Create($"{dtype} \"ü{shape}", Filled(dtype, shape)),
        ];
        Dictionary<string, string> metadata = new() { ["format"] = "pt", ["note"] = "a\nb" };
        byte[] file = Written(stream => Safetensors.Write(stream, tensors, metadata));

        foreach (Stream stream in (Stream[])[new MemoryStream(file), new Trickle(file)])
        {
            SafetensorsFile read = Safetensors.Read(stream);
            Assert.Equal(metadata, read.Metadata);
            Assert.Equal(tensors.Select(static t => t.Key), read.Tensors.Keys);
            Assert.All(tensors, tensor => AssertSame(tensor.Value, read.Tensors[tensor.Key]));
        }
    }

    [Fact]
    public void The_bytes_are_those_of_the_specification()
    {
        byte[] file = Written(static stream => Safetensors.Write(stream, [new("w", Tensor.From([1f, 2f], [2, 1]))]));
        string header = """{"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}""";

        Assert.Equal([56, 0, 0, 0, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(header), 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40], file);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public void Data_starts_at_a_multiple_of_8(int nameLength)
    {
        byte[] file = Written(stream => Safetensors.Write(stream, [new(new string('n', nameLength), Tensor.Scalar(1))]));
        Assert.Equal(0UL, BinaryPrimitives.ReadUInt64LittleEndian(file) % 8);
    }

    [Fact]
    public void A_file_may_hold_nothing()
    {
        Assert.Empty(Safetensors.Read(With("{}")).Tensors);
        Assert.Empty(Safetensors.Read(new MemoryStream(Written(static stream => Safetensors.Write(stream, [])))).Metadata);
    }

    [Theory]
    [InlineData("F16", "003C00C0", new[] { 1.0, -2.0 })]
    [InlineData("BF16", "803F00C0", new[] { 1.0, -2.0 })]
    [InlineData("F32", "0000803F000000C0", new[] { 1.0, -2.0 })]
    [InlineData("F64", "000000000000F03F00000000000000C0", new[] { 1.0, -2.0 })]
    [InlineData("I8", "01FE", new[] { 1.0, -2.0 })]
    [InlineData("I16", "0100FEFF", new[] { 1.0, -2.0 })]
    [InlineData("I32", "01000000FEFFFFFF", new[] { 1.0, -2.0 })]
    [InlineData("I64", "0100000000000000FEFFFFFFFFFFFFFF", new[] { 1.0, -2.0 })]
    [InlineData("U8", "01FE", new[] { 1.0, 254.0 })]
    [InlineData("U16", "0100FEFF", new[] { 1.0, 65534.0 })]
    [InlineData("U32", "01000000FEFFFFFF", new[] { 1.0, 4294967294.0 })]
    [InlineData("BOOL", "0001", new[] { 0.0, 1.0 })]
    [InlineData("U64", "0100000000000000FEFFFFFFFFFFFF7F", new[] { 1.0, 9223372036854775806.0 })]
    [InlineData("F8_E4M3", "38B8", new[] { 1.0, -1.0 })]
    [InlineData("F8_E4M3", "7EFE", new[] { 448.0, -448.0 })]
    [InlineData("F8_E4M3", "0187", new[] { 0.001953125, -0.013671875 })]
    [InlineData("F8_E4M3", "7FFF", new[] { double.NaN, double.NaN })]
    [InlineData("F8_E5M2", "3CC0", new[] { 1.0, -2.0 })]
    [InlineData("F8_E5M2", "7B81", new[] { 57344.0, -1.52587890625e-5 })]
    [InlineData("F8_E5M2", "7CFC", new[] { double.PositiveInfinity, double.NegativeInfinity })]
    [InlineData("F8_E5M2", "7DFF", new[] { double.NaN, double.NaN })]
    public void Every_type_comes_without_loss(string type, string data, double[] expected)
    {
        byte[] bytes = Convert.FromHexString(data);
        string header = $$$"""{"x":{"dtype":"{{{type}}}","shape":[2],"data_offsets":[0,{{{bytes.Length}}}]}}""";
        Assert.Equal(expected, Safetensors.Read(With(header, bytes)).Tensors["x"].To(DType.Float64).ToArray<double>());
    }

    [Fact]
    public void The_header_may_name_tensors_in_any_order_and_end_in_spaces()
    {
        SafetensorsFile file = Safetensors.Read(With(
            """{"b":{"shape":[1],"data_offsets":[2,3],"dtype":"U8"},"a":{"dtype":"U8","shape":[2,1],"data_offsets":[0,2]}}   """,
            [1, 2, 3]));

        Assert.Equal(["a", "b"], file.Tensors.Keys);
        AssertValues(file.Tensors["a"], [2, 1], (byte)1, (byte)2);
        AssertValues(file.Tensors["b"], [1], (byte)3);
    }

    [Theory]
    [InlineData("overlap", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""")]
    [InlineData("gap", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}""")]
    [InlineData("gap at the start", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""")]
    [InlineData(
        "same twice",
        """{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"a":{"dtype":"U8","shape":[0],"data_offsets":[3,3]}}""")]
    [InlineData("size", """{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,3]}}""")]
    [InlineData("beyond the end", """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""")]
    [InlineData("far beyond the end", """{"a":{"dtype":"U8","shape":[2000000000],"data_offsets":[0,2000000000]}}""")]
    [InlineData("backwards", """{"a":{"dtype":"U8","shape":[3],"data_offsets":[3,0]}}""")]
    [InlineData("negative offsets", """{"a":{"dtype":"U8","shape":[3],"data_offsets":[-3,0]}}""")]
    [InlineData("overflow", """{"a":{"dtype":"U8","shape":[3],"data_offsets":[9223372036854775807,-9223372036854775806]}}""")]
    [InlineData("one offset", """{"a":{"dtype":"U8","shape":[3],"data_offsets":[3]}}""")]
    [InlineData("negative size", """{"a":{"dtype":"U8","shape":[-3],"data_offsets":[0,3]}}""")]
    [InlineData("fraction", """{"a":{"dtype":"U8","shape":[3.5],"data_offsets":[0,3]}}""")]
    [InlineData("huge number", """{"a":{"dtype":"U8","shape":[1e99],"data_offsets":[0,3]}}""")]
    [InlineData("NaN", """{"a":{"dtype":"U8","shape":[NaN],"data_offsets":[0,3]}}""")]
    [InlineData("product", """{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""")]
    [InlineData("type", """{"a":{"dtype":"F8_E8M0","shape":[3],"data_offsets":[0,3]}}""")]
    [InlineData("future type", """{"a":{"dtype":"F2","shape":[3],"data_offsets":[0,3]}}""")]
    [InlineData("half a byte", """{"a":{"dtype":"F4","shape":[5],"data_offsets":[0,3]}}""")]
    [InlineData(
        "product of another type",
        """{"a":{"dtype":"C64","shape":[9223372036854775807,9223372036854775807,9223372036854775807],"data_offsets":[0,3]}}""")]
    [InlineData("null", """{"a":null}""")]
    [InlineData("null type", """{"a":{"dtype":null,"shape":[3],"data_offsets":[0,3]}}""")]
    [InlineData("lacking", """{"a":{"dtype":"U8","shape":[3]}}""")]
    [InlineData("key twice", """{"a":{"dtype":"U8","shape":[3],"shape":[3],"data_offsets":[0,3]}}""")]
    [InlineData("metadata", """{"__metadata__":{"a":1}}""")]
    [InlineData("metadata twice", """{"__metadata__":{"a":"1","a":"1"}}""")]
    [InlineData("array", "[]")]
    [InlineData("spaces", "    ")]
    [InlineData("half", """{"a":{"dty""")]
    [InlineData("two", "{}{}")]
    [InlineData("comment", "{/**/}")]
    [InlineData("surrogate", """{"\uD800":{}}""")]
    [InlineData("deep", "{\"a\":{\"shape\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    public void Wrong_headers_are_refused(string what, string header)
    {
        Assert.NotEmpty(what);
        Refused(() => Safetensors.Read(With(header, [1, 2, 3])));
        Refused(() => Safetensors.Read(new Trickle(With(header, [1, 2, 3]).ToArray())));
    }

    [Theory]
    [InlineData("meta_empty")]
    [InlineData("meta_null")]
    [InlineData("extra_key")]
    [Trait("Case", "st-null-or-extra")]
    [Trait("Case", "st-metadata-empty")]
    public void Null_metadata_and_unknown_keys_are_read_as_the_reference_reads_them(string name) =>
        AssertValues(Safetensors.Read(Input(name)).Tensors["w"], [2], 1.5f, -2f);

    [Theory]
    [InlineData("""{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3],"x":{"y":[[[1,{"z":null}]]],"dtype":3},"x":true}}""")]
    [InlineData("""{"__metadata__":null,"a":{"q":"none","dtype":"U8","shape":[3],"data_offsets":[0,3]}}""")]
    public void What_else_is_said_about_a_tensor_is_not_looked_at(string header) =>
        AssertValues(Safetensors.Read(With(header, [1, 2, 3])).Tensors["a"], [3], (byte)1, (byte)2, (byte)3);

    [Fact]
    [Trait("Case", "st-metadata-number")]
    public void A_number_in_the_metadata_is_refused_by_name() =>
        Assert.Contains("'__metadata__.epoch'", Refused(static () => Safetensors.Read(Input("meta_number"))));

    [Fact]
    [Trait("Case", "st-f8-beside")]
    public void F8_is_exact_as_Float32()
    {
        IReadOnlyDictionary<string, Tensor> tensors = Safetensors.Read(Input("f8_beside")).Tensors;
        AssertValues(tensors["w"], [2], 1.5f, -2f);
        AssertValues(tensors["q"], [4], 1f, -1f, 2f, 0f);
    }

    [Theory]
    [InlineData("C64", 2)]
    [InlineData("F4", 32)]
    [InlineData("F8_E8M0", 16)]
    [InlineData("F2_FROM_THE_FUTURE", 5)]
    public void Types_that_no_tensor_has_are_refused_only_when_asked_for(string type, int size)
    {
        string header =
            $$$"""{"b":{"dtype":"U8","shape":[2],"data_offsets":"""
            + $$$"""[16,18]},"a":{"dtype":"{{{type}}}","shape":[{{{size}}}],"data_offsets":[0,16]}}""";
        byte[] file = With(header, [.. new byte[16], 7, 8]).ToArray();
        Assert.Contains($"'a' has the unsupported element type '{type}'", Refused(() => Safetensors.Read(new MemoryStream(file))));
        foreach (Stream stream in (Stream[])[new MemoryStream(file), new Trickle(file)])
        {
            SafetensorsFile read = Safetensors.Read(stream, static name => name == "b");
            Assert.Equal(["b"], read.Tensors.Keys);
            AssertValues(read.Tensors["b"], [2], (byte)7, (byte)8);
        }
    }

    [Fact]
    public void Tensors_that_were_not_asked_for_take_no_memory_and_may_be_of_any_size()
    {
        string header =
            """{"a":{"dtype":"U8","shape":[3000000],"data_offsets":"""
            + """[0,3000000]},"b":{"dtype":"U8","shape":[1],"data_offsets":[3000000,3000001]}}""";
        MemoryStream file = With(header, new byte[3_000_001]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Single(Safetensors.Read(file, static name => name == "b").Tensors);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
        Assert.Equal(file.Length, file.Position);
    }

    [Fact]
    public void An_integer_above_the_largest_is_refused() => Assert.Contains("'x' has a number above", Refused(static () =>
        Safetensors.Read(With("""{"x":{"dtype":"U64","shape":[2],"data_offsets":[0,16]}}""", [.. new byte[15], 0x80]))));

    [Fact]
    public void Text_that_is_no_Unicode_is_refused() =>
        Refused(static () => Safetensors.Read(new MemoryStream([6, 0, 0, 0, 0, 0, 0, 0, .. "{\""u8, 0xFF, .. "\":0"u8])));

    [Theory]
    [InlineData(0UL)]
    [InlineData(100UL)]
    [InlineData(99_999_999UL)]
    [InlineData(100_000_001UL)]
    [InlineData(ulong.MaxValue)]
    public void A_header_length_that_cannot_be_is_refused(ulong length)
    {
        byte[] file = new byte[64];
        BinaryPrimitives.WriteUInt64LittleEndian(file, length);
        Refused(() => Safetensors.Read(new MemoryStream(file)));
        Refused(() => Safetensors.Read(new Trickle(file)));
    }

    [Fact]
    public void Bytes_behind_the_last_tensor_are_refused_in_a_file()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["long.safetensors"], With("{}", [1]).ToArray());
        Assert.Contains("long.safetensors", Refused(() => Safetensors.Read(folder["long.safetensors"])));
    }

    [Theory]
    [InlineData("a", "repeated")]
    [InlineData("__metadata__", "reserved")]
    public void Names_must_be_free(string second, string why) => Assert.Contains(why, Refused(() =>
        Safetensors.Write(Stream.Null, [new("a", Tensor.Scalar(1)), new(second, Tensor.Scalar(2))])));

    static string Input(string name) => RepositoryRoot.File("tests", "cases", "inputs", $"{name}.safetensors");

    static MemoryStream With(string header, params byte[] data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        return new MemoryStream([.. length, .. json, .. data]);
    }
}
