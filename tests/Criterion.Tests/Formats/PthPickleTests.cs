using System.Text;
using Criterion.Formats;
using static Criterion.Tests.Formats.FormatTesting;
using static Criterion.Tests.Formats.PthTesting;

namespace Criterion.Tests.Formats;

/// <summary>Pickles made by hand to do harm.</summary>
public class PthPickleTests
{
    static readonly string Row = Tensor(Storage(), Number(0), Tuple(6), Tuple(1));

    [Fact]
    public void What_is_written_by_hand_is_read() => AssertValues(Pth.Read(File(State(Row)))["w"], [6], 0f, 1, 2, 3, 4, 5);

    [Fact]
    public void Text_of_Python_2_is_read() =>
        Assert.Equal(["w", "v"], Pth.Read(File($"{Start}}}(U\u0001w{Row}T\u0001\0\0\0v{Row}u.")).Keys);

    [Theory]
    [InlineData("one element too many", 0, new long[] { 6 }, new long[] { 2 })]
    [InlineData("an offset too far", 1, new long[] { 6 }, new long[] { 1 })]
    [InlineData("an offset at the end", 6, new long[] { 1 }, new long[] { 1 })]
    [InlineData("a scalar outside", 6, new long[0], new long[0])]
    [InlineData("a negative offset", -1, new long[] { 2 }, new long[] { 1 })]
    [InlineData("a huge offset", long.MaxValue, new long[] { 2 }, new long[] { 1 })]
    [InlineData("the least offset", long.MinValue, new long[] { 2 }, new long[] { 1 })]
    [InlineData("a negative stride", 5, new long[] { 2 }, new long[] { -1 })]
    [InlineData("a huge stride", 0, new long[] { 2 }, new long[] { long.MaxValue })]
    [InlineData("strides that overflow", 0, new long[] { 2, 2 }, new long[] { long.MaxValue, long.MaxValue })]
    [InlineData("strides that add up", 0, new long[] { 2, 3 }, new long[] { 3, 2 })]
    [InlineData("a negative size", 0, new long[] { -1 }, new long[] { 1 })]
    [InlineData("a huge size", 0, new long[] { 1L << 40 }, new long[] { 0 })]
    [InlineData("a huge product", 0, new long[] { 1 << 30, 1 << 30, 1 << 30 }, new long[] { 0, 0, 0 })]
    [InlineData("an expanded view of too much", 0, new long[] { 1 << 30 }, new long[] { 0 })]
    [InlineData("windows that reach too far", 0, new long[] { 5, 3 }, new long[] { 1, 1 })]
    [InlineData("too few strides", 0, new long[] { 2, 3 }, new long[] { 1 })]
    [InlineData("too many strides", 0, new long[] { 2 }, new long[] { 1, 1 })]
    public void A_view_must_lie_in_its_storage(string what, long offset, long[] sizes, long[] strides)
    {
        string message = Refused(() => Pth.Read(File(State(Tensor(Storage(), Number(offset), Tuple(sizes), Tuple(strides))))));
        Assert.True(message.Contains("tensor 'w'", StringComparison.Ordinal), what);
    }

    [Fact]
    public void The_step_along_one_element_and_through_none_may_be_anything()
    {
        string tensor = Tensor(Storage(), Number(0), Tuple(1, 6, 1), Tuple(long.MaxValue, 1, -5));
        AssertValues(Pth.Read(File(State(tensor)))["w"], [1, 6, 1], 0f, 1, 2, 3, 4, 5);
        string none = Tensor(Storage(), Number(99), Tuple(0, 6), Tuple(long.MaxValue, -1));
        AssertValues<float>(Pth.Read(File(State(none)))["w"], [0, 6]);
    }

    [Theory]
    [InlineData("longer than the file", 7L)]
    [InlineData("shorter than the file", 5L)]
    [InlineData("negative", -6L)]
    [InlineData("huge", 1L << 40)]
    [InlineData("overflowing", long.MaxValue)]
    public void A_storage_has_the_length_that_it_says(string what, long count)
    {
        string message = Refused(() => Pth.Read(File(State(Tensor(Storage(count), Number(0), Tuple(1), Tuple(1))))));
        Assert.True(
            message.Contains($"{count}", StringComparison.Ordinal)
                || message.Contains($"instead of {4 * count}", StringComparison.Ordinal),
            what);
    }

    [Fact]
    public void A_storage_must_be_there() => Assert.Contains(
        "lacks 'archive/data/1'",
        Refused(static () => Pth.Read(File(State(Tensor(Storage(key: "1"), Number(0), Tuple(1), Tuple(1)))))),
        StringComparison.Ordinal);

    [Fact]
    public void A_storage_has_one_type() => Assert.Contains(
        "two types",
        Refused(static () => Pth.Read(
            File($"{Start}}}({Text("a")}{Row}{Text("b")}{Tensor(Storage(3, "DoubleStorage"), Number(0), Tuple(1), Tuple(1))}u."))),
        StringComparison.Ordinal);

    [Fact]
    public void A_name_comes_once() =>
        Assert.Contains(
            "'w' twice", Refused(static () => Pth.Read(File($"{Start}}}({Text("w")}{Row}{Text("w")}{Row}u."))), StringComparison.Ordinal);

    [Theory]
    [InlineData("cos\nsystem\n(X\u0004\0\0\0exittR.", "an object of 'os.system'")]
    [InlineData("cbuiltins\neval\n)R.", "'builtins.eval'")]
    [InlineData("ctorch\nload\n)R.", "'torch.load'")]
    [InlineData("ctorch._utils\n_rebuild_tensor_v2.__globals__\n.", "'torch._utils._rebuild_tensor_v2.__globals__'")]
    [InlineData("ccollections\nOrderedDict.popitem\n.", "'collections.OrderedDict.popitem'")]
    [InlineData("ctorch\nFloatStorage\n(K\u0009tR.", "'torch.FloatStorage'")]
    [InlineData("ctorch._utils\n_rebuild_tensor_v2\n)R.", "'torch._utils._rebuild_tensor_v2'")]
    [InlineData("ctorch._utils\n_rebuild_parameter\n(K\u0001\u0089}tR.", "'torch._utils._rebuild_parameter'")]
    [InlineData("ccollections\nOrderedDict\n(]K\u0001atR.", "'collections.OrderedDict'")]
    [InlineData("}(R.", "more values")]
    [InlineData("}}R.", "cannot be called")]
    [InlineData("K\u0001K\u0001b.", "state")]
    [InlineData("(X\u0006\0\0\0moduletQ.", "'persistent id 'module''")]
    [InlineData("K\u0001Q.", "'persistent id'")]
    [InlineData("\u0082\u0001)R.", "extension registry")]
    [InlineData("\u0084\u0001\0\0\0)R.", "extension registry")]
    [InlineData("(ios\nsystem\n.", "'os.system'")] // INST
    [InlineData("(cos\nsystem\no.", "'os.system'")]
    [InlineData("X\u0002\0\0\0osX\u0006\0\0\0system\u0093)R.", "'os.system'")] // STACK_GLOBAL
    [InlineData("\u008C\u0002os\u008C\u0006system\u0093)\u0081.", "'os.system'")] // NEWOBJ
    [InlineData("cos\nsystem\n)}\u0092.", "'os.system'")] // NEWOBJ_EX
    [InlineData("cfunctools\npartial\n(cos\nsystem\ntR)R.", "'functools.partial'")]
    [InlineData("}}\u0081.", "cannot be called")]
    [InlineData("P1\n.", "persistent id 1")] // PERSID
    [InlineData("\u0097.", "out-of-band")]
    [InlineData("\u0098.", "out-of-band")]
    [InlineData("\u0099.", "0x99")]
    [InlineData("ccopy_reg\n_reconstructor\n(cos\nA\nNNtR.", "'os.A'")]
    [InlineData("ctorch._tensor\n_rebuild_from_type_v2\n(cos\nsystem\nN)}tR.", "'os.system'")]
    public void Calls_are_named_and_not_made(string pickle, string part) =>
        Assert.Contains(part, Refused(() => Pth.Read(File(Start + pickle))), StringComparison.Ordinal);

    [Theory]
    [InlineData("cos\nsystem\n(X\u0004\0\0\0exittR")]
    [InlineData("cos\nsystem\n")]
    [InlineData("(ios\nsystem\n")]
    [InlineData("(cos\nsystem\nK\u0001o")]
    [InlineData("\u008C\u0002os\u008C\u0006system\u0093)\u0081}b")]
    [InlineData("cos\nA\n)R(K\u0001K\u0002u")] // a subclass of dict is filled
    [InlineData("cos\nA\n)RK\u0001K\u0002s")]
    [InlineData("cos\nA\n)R(K\u0001e")] // one of list
    [InlineData("cos\nA\n)RK\u0001a")]
    [InlineData("\u0083\u0001\0)R")]
    [InlineData("P1\n")]
    [InlineData("K\u0001Q")]
    [InlineData("\u008F(K\u0001K\u0002\u0090")]
    [InlineData("(K\u0001\u0091")]
    [InlineData("C\u0003abc")]
    [InlineData("B\u0003\0\0\0abc")]
    [InlineData("\u008E\u0003\0\0\0\0\0\0\0abc")]
    [InlineData("\u0096\u0003\0\0\0\0\0\0\0abc")]
    [InlineData("\u008D\u0003\0\0\0\0\0\0\0abc")]
    [InlineData("U\u0002\u00C3\u0028")] // bytes as Python 2 kept them
    [InlineData("X\u0003\0\0\0\u00ED\u00A0\u0080")] // half of a surrogate pair
    [InlineData("\u008B\u0009\0\0\0123456789")]
    [InlineData("I12\n")]
    [InlineData("I01\n")]
    [InlineData("L99999999999999999999L\n")]
    [InlineData("F1.5\n")]
    [InlineData("Vabc\n")]
    [InlineData("S'abc'\n")]
    [InlineData("(K\u0001l")]
    [InlineData("(K\u0001K\u0002d")]
    [InlineData("](lp5\ng5\n0ag5\n0")]
    [InlineData("K\u00010K\u0002")]
    [InlineData("K\u0001(K\u0001K\u00021")]
    [InlineData("K\u0001(0")]
    [InlineData("K\u00012\u0086")]
    [InlineData("\u0095\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF]")]
    [InlineData("]\u0094h\u0000a")]
    [InlineData("]r\u00FF\u00FF\u00FF\u00FFj\u00FF\u00FF\u00FF\u00FFa")]
    [InlineData("}(G\0\0\0\0\0\0\0\0K\u0001NK\u0002\u0088K\u0003)K\u0004K\u0005K\u0006X\u0001\0\0\05K\u0007u")]
    [InlineData("ccollections\ndefaultdict\nc__builtin__\nlist\n\u0085R(K\u0001K\u0002u")]
    [InlineData("ccollections\nCounter\n}K\u0001K\u0002s\u0085R")]
    public void What_was_not_asked_for_is_passed_over(string value) =>
        AssertValues(
            Pth.Read(File($"{Start}}}({Text("beside")}{value}{Text("state")}}}{Text("w")}{Row}su."), "state")["w"], [6], 0f, 1, 2, 3, 4, 5);

    [Fact]
    public void Long_text_is_passed_over_without_memory()
    {
        MemoryStream file = File($"{Start}}}({Text("long")}{Text(new string('x', 3_000_000))}{Text("state")}}}{Text("w")}{Row}su.");
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Single(Pth.Read(file, "state"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 3_500_000);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(5000)]
    public void The_memo_may_start_anywhere_and_leave_numbers_out(int step)
    {
        string[] at = [.. Enumerable.Range(1, 2).Select(i => Encoding.Latin1.GetString(BitConverter.GetBytes(i * step)))];
        AssertValues(Pth.Read(File($"{Start}({Row}r{at[1]}{Text("w")}r{at[0]}1}}j{at[0]}j{at[1]}s."))["w"], [6], 0f, 1, 2, 3, 4, 5);
    }

    [Theory]
    [InlineData("(](]({0}ee")] // Python 2: a list of lists
    [InlineData("(](({0}te")]
    [InlineData("((({0}tt")]
    [InlineData("(}}({0}u")]
    public void Ordered_dictionaries_are_made_of_pairs(string pairs)
    {
        string pair = $"{Text("w")}{Row}";
        string arguments = string.Format(System.Globalization.CultureInfo.InvariantCulture, pairs, pair);
        AssertValues(Pth.Read(File($"{Start}ccollections\nOrderedDict\n{arguments}tR."))["w"], [6], 0f, 1, 2, 3, 4, 5);
    }

    [Theory]
    [InlineData("float32", 0, new[] { 0f, 1, 2, 3, 4, 5 })]
    [InlineData("float32", 2, new[] { 2f, 3 })]
    public void Untyped_storages_are_what_the_tensor_says(string type, long offset, float[] values)
    {
        string tensor =
            $"ctorch._utils\n_rebuild_tensor_v3\n({Storage(24, "UntypedStorage")}{Number(offset)}{Tuple(values.Length)}{Tuple(1)}"
            + $"\u0089}}ctorch\n{type}\ntR";
        AssertValues(Pth.Read(File(State(tensor)))["w"], [values.Length], values);
    }

    [Fact]
    public void Types_of_one_byte_and_unsigned_ones_come_from_untyped_storages()
    {
        string Of(string type, long count) =>
            $"ctorch._utils\n_rebuild_tensor_v3\n({Storage(4, "UntypedStorage")}{Number(0)}{Tuple(count)}{Tuple(1)}"
            + $"\u0089}}ctorch\n{type}\ntR";
        byte[] bytes = [0x38, 0xB8, 0xFF, 0xFF];
        AssertValues(Pth.Read(File(State(Of("float8_e4m3fn", 2)), bytes))["w"], [2], 1f, -1f);
        AssertValues(Pth.Read(File(State(Of("float8_e5m2", 1)), bytes))["w"], [1], 0.5f);
        AssertValues(Pth.Read(File(State(Of("uint16", 2)), bytes))["w"], [2], 0xB838L, 0xFFFFL);
        AssertValues(Pth.Read(File(State(Of("uint32", 1)), bytes))["w"], [1], 0xFFFFB838L);
        Assert.Contains("'torch.float4'", Refused(() => Pth.Read(File(State(Of("float4", 1)), bytes))), StringComparison.Ordinal);
        Assert.Contains("_rebuild_tensor_v3", Refused(() => Pth.Read(File(State(Of("uint64", 1)), bytes))), StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_of_storages_are_read_as_the_first_versions_kept_them()
    {
        string part = $"({Text("storage")}ctorch\nFloatStorage\n{Text("0")}{Text("cpu")}{Number(6)}({Text("1")}{Number(2)}{Number(3)}ttQ";
        AssertValues(Pth.Read(File(State(Tensor(part, Number(1), Tuple(2), Tuple(1)))))["w"], [2], 3f, 4);
        Assert.Contains(
            "exceeds its storage of 3",
            Refused(() => Pth.Read(File(State(Tensor(part, Number(1), Tuple(3), Tuple(1)))))),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_that_become_dictionaries_again_and_again_are_counted()
    {
        string list = string.Concat(Enumerable.Repeat("]K\u0001aK\u0002aa", 10_000));
        string again = string.Concat(Enumerable.Repeat("ccollections\nOrderedDict\nh\u0000\u0085R0", 10_000));
        Assert.Contains("far more", Refused(() => Pth.Read(File($"{Start}]q\0{list}0{again}}}."))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("}}.")]
    [InlineData("(}.")]
    [InlineData("t.")]
    [InlineData("\u0086.")]
    [InlineData("K\u0001\u0086.")]
    [InlineData("}u.")]
    [InlineData("}(K\u0001u.")]
    [InlineData("}K\u0001s.")]
    [InlineData("}}K\u0001s.")]
    [InlineData("]]K\u0001s.")]
    [InlineData("}K\u0001a.")]
    [InlineData("(K\u0001a.")]
    [InlineData("h\u0000.")]
    [InlineData("}h\u0001.")]
    [InlineData("q\u0000.")]
    [InlineData("(q\u0000.")]
    [InlineData("}q\u0000j\u00FF\u00FF\u00FF\u00FF.")]
    [InlineData("X\u00FF\u00FF\u00FF\u00FF.")]
    [InlineData("T\u00FF\u00FF\u00FF\u00FF.")]
    [InlineData("X\u0002\0\0\0\u00C3\u0028.")]
    [InlineData("\u008A\u00FF.")]
    [InlineData("\u008B\u00FF\u00FF\u00FF\u007F.")]
    [InlineData("\u0080\u0006}.")]
    [InlineData("\u008E\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF.")]
    [InlineData("0.")]
    [InlineData("(0.")]
    [InlineData("K\u0001(K\u0001K\u0002s.")]
    [InlineData("K\u0001K\u0002\u0093.")]
    [InlineData("(o.")]
    [InlineData("px\n.")]
    [InlineData("Fx\n.")]
    [InlineData("}.}.")]
    [InlineData("ctorch\n")]
    [InlineData("G\0\0")]
    public void Broken_pickles_are_refused(string pickle) => Refused(() => Pth.Read(File(Start + pickle)));

    [Fact]
    public void Whole_numbers_may_be_long_and_none()
    {
        string pickle = $"{Start}}}({Text("w")}}}{Text("zero")}\u008A\0{Text("long")}\u008A\u00FF{new string('\u00FF', 255)}u.";
        Assert.Empty(Pth.Read(File(pickle), "w"));
    }

    [Theory]
    [InlineData("](", 1_000_000)]
    [InlineData("]", 1_000_000)]
    [InlineData("(", 1_000_000)]
    [InlineData("]\u0085", 500_000)]
    public void Nesting_without_end_runs_out_quietly(string unit, int times)
    {
        string deep = string.Concat(Enumerable.Repeat(unit, times));
        Refused(() => Pth.Read(File(Start + deep + ".")));
    }

    [Fact]
    public void Nesting_that_closes_is_carried_along_and_never_walked()
    {
        // A tuple around a tuple, a hundred thousand deep, beside the state that is asked for.
        string deep = $"){new string('\u0085', 100_000)}";
        Assert.Single(Pth.Read(File($"{Start}}}({Text("deep")}{deep}{Text("state")}}}{Text("w")}{Row}su."), "state"));
    }

    [Fact]
    public void References_that_double_take_no_memory()
    {
        // Each list holds the one before it twice: 2¹⁰⁰⁰ elements if anybody counted.
        StringBuilder bomb = new("]r\0\0\0\0");
        for (int i = 1; i <= 1000; i++)
        {
            string before = Encoding.Latin1.GetString(BitConverter.GetBytes(i - 1));
            string here = Encoding.Latin1.GetString(BitConverter.GetBytes(i));
            bomb.Append($"](j{before}j{before}er{here}");
        }

        MemoryStream file = File($"{Start}}}{Text("bomb")}({bomb}ts.");
        long start = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("'bomb' (a list)", Refused(() => Pth.Read(file)), StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - start, 0, 2_000_000);
    }

    [Fact]
    public void A_dictionary_that_holds_itself_is_no_trap() =>
        Assert.Contains("'w' (1 entries)", Refused(static () => Pth.Read(File($"{Start}}}q\0{Text("w")}h\0s."))), StringComparison.Ordinal);

    [Fact]
    public void One_dictionary_in_many_places_is_looked_through_once()
    {
        // The error tells which entries hold tensors alone: 2.5 thousand million looks if each entry were searched anew.
        const int Count = 50_000;
        string state = string.Concat(Enumerable.Range(0, Count).Select(static i => $"{Text($"{i}")}h\0"));
        string places = string.Concat(Enumerable.Range(0, Count).Select(static i => $"{Text($"{i}")}h\u0001"));
        string pickle = $"{Start}}}({Text("w")}{Row}q\0{Text("d")}}}q\u0001({state}{Text("last")}Nu{places}u.";
        Assert.Contains("'d' (50001 entries)", Refused(() => Pth.Read(File(pickle))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_pickle_has_a_longest_length() =>
        Assert.Contains("far", Refused(static () => Pth.Read(File(Start + new string(']', 17_000_000)))), StringComparison.Ordinal);

    [Fact]
    public void Storages_are_checked_before_memory_is_taken()
    {
        MemoryStream file = File(State(Tensor(Storage(1_000_000_000), Number(0), Tuple(1_000_000_000), Tuple(1))));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Refused(() => Pth.Read(file));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
    }

    [Fact]
    public void One_storage_many_times_is_read_once()
    {
        byte[] floats = new byte[400_000];
        string all = Tensor(Storage(100_000), Number(0), Tuple(100_000), Tuple(1));
        string pickle = $"{Start}}}({string.Concat(Enumerable.Range(0, 100).Select(i => Text($"w{i}") + all))}u.";
        MemoryStream file = File(pickle, floats);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(100, Pth.Read(file).Count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000);
    }

    [Fact]
    public void Entries_of_one_name_are_refused() => Assert.Contains("share the name", Refused(static () => Pth.Read(new MemoryStream(
        Zip(Encoding.Latin1.GetBytes(State(Row)), ("data/0", Six), ("data/0", Six))))), StringComparison.Ordinal);

    [Fact]
    public void A_byte_order_is_one_of_two() => Assert.Contains("byte order", Refused(static () => Pth.Read(new MemoryStream(
        Zip(Encoding.Latin1.GetBytes(State(Row)), ("data/0", Six), ("byteorder", "middle"u8.ToArray()))))), StringComparison.Ordinal);

    [Fact]
    public void A_zip_of_something_else_is_refused() =>
        Assert.Contains(
            "torch.save did not write it",
            Refused(static () => Pth.Read(new MemoryStream(Written(WriteTextArchive)))),
            StringComparison.Ordinal);

    static void WriteTextArchive(Stream stream)
    {
        using System.IO.Compression.ZipArchive archive = new(stream, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true);
        archive.CreateEntry("a.txt");
    }
}
