using System.Text;
using Criterion.Formats;
using Criterion.Nn;
using Criterion.Tests.Repository;
using static Criterion.Tests.Formats.FormatTesting;

namespace Criterion.Tests.Formats;

public class PthTests
{
    [Theory]
    [InlineData("Views")]
    [InlineData("Legacy")]
    [InlineData("BigEndian")]
    [InlineData("Repacked")]
    [InlineData("Protocol2")]
    [InlineData("Protocol3")]
    [InlineData("Protocol4")]
    [InlineData("Protocol5")]
    [InlineData("LegacyProtocol4")]
    public void Views_of_a_storage_come_as_they_are(string name)
    {
        IReadOnlyDictionary<string, Tensor> tensors = Read(name);

        Assert.Equal(["whole", "turned", "column", "corner", "every_other", "one"], tensors.Keys);
        AssertValues(tensors["whole"], [2, 3], 0f, 1, 2, 3, 4, 5);
        AssertValues(tensors["turned"], [3, 2], 0f, 3, 1, 4, 2, 5);
        AssertValues(tensors["column"], [2], 1f, 4);
        AssertValues(tensors["corner"], [1, 2], 4f, 5);
        AssertValues(tensors["every_other"], [4], 1f, 3, 5, 7);
        AssertValues(tensors["one"], [], 5f);
    }

    [Fact]
    public void Tensors_of_one_storage_share_memory()
    {
        IReadOnlyDictionary<string, Tensor> tensors = Read("Views");
        tensors["whole"].AsSpan<float>()[5] = 50;
        Assert.Equal(50, tensors["one"].Item());
        Assert.Equal(50, tensors["turned"][2, 1].Item());
    }

    [Theory]
    [InlineData("float16", DType.Float32)]
    [InlineData("bfloat16", DType.Float32)]
    [InlineData("float32", DType.Float32)]
    [InlineData("float64", DType.Float64)]
    [InlineData("int8", DType.Int64)]
    [InlineData("int16", DType.Int64)]
    [InlineData("int32", DType.Int64)]
    [InlineData("int64", DType.Int64)]
    [InlineData("uint8", DType.UInt8, 1.0, 254.0)]
    [InlineData("bool", DType.Bool, 1.0, 0.0)]
    public void Every_type_comes_without_loss(string name, DType type, double first = 1, double second = -2)
    {
        Tensor tensor = Read("Types")[name];
        Assert.Equal(type, tensor.DType);
        Assert.Equal([first, second], tensor.To(DType.Float64).ToArray<double>());
    }

    [Fact]
    public void Scalars_empty_tensors_and_many_dims_come()
    {
        IReadOnlyDictionary<string, Tensor> tensors = Read("Shapes");
        AssertValues(tensors["scalar"], [], 2.5f);
        AssertValues<float>(tensors["empty"], [0, 3]);
        AssertValues(tensors["deep"], [1, 2, 1, 2, 1], 0f, 1, 2, 3);
    }

    [Fact]
    public void Parameters_are_tensors_that_do_not_learn_yet()
    {
        IReadOnlyDictionary<string, Tensor> tensors = Read("Parameters");
        AssertValues(tensors["p"], [2], 1f, 2);
        AssertValues(tensors["ü"], [1], 3f);
        Assert.All(tensors.Values, static tensor => Assert.False(tensor.RequiresGrad));
    }

    [Theory]
    [InlineData("Network", null)]
    [InlineData("LegacyNetwork", null)]
    [InlineData("Checkpoint", "state_dict")]
    [InlineData("LegacyCheckpoint", "state_dict")]
    [InlineData("Beside2", "state_dict")]
    [InlineData("Beside4", "state_dict")]
    [InlineData("LegacyBeside", "state_dict")]
    public void A_network_takes_its_state(string name, string? key)
    {
        Sequential network = [new Conv2d(1, 2, 2), new BatchNorm2d(2)];
        network.LoadStateDict(Read(name, key));
        Assert.Equal([0f, 1, 2, 3, 4, 5, 6, 7], network.StateDict()["0.weight"].ToArray<float>());
        Assert.Equal([10f, 11], network.StateDict()["0.bias"].ToArray<float>());
        Assert.Equal(60, network.StateDict()["1.num_batches_tracked"].Item());
    }

    [Fact]
    public void An_empty_state_is_one() => Assert.Empty(Read("Empty"));

    [Theory]
    [InlineData("nets.a", new[] { "w" })]
    [InlineData("optimizer.state.0", new[] { "step", "exp_avg", "exp_avg_sq" })]
    public void Dots_lead_further_in(string key, string[] names) => Assert.Equal(names, Read("Checkpoint", key).Keys);

    [Theory]
    [InlineData("Network")]
    [InlineData("LegacyNetwork")]
    public void Names_can_be_chosen(string name)
    {
        IReadOnlyDictionary<string, Tensor> tensors = Pth.Read(
            new MemoryStream(PthFixtures.Files[name]), names: static n => n.EndsWith("bias", StringComparison.Ordinal));
        Assert.Equal(["0.bias", "1.bias"], tensors.Keys);
        AssertValues(tensors["1.bias"], [2], 30f, 31);
    }

    [Theory]
    [InlineData(
        "Checkpoint",
        null,
        "'epoch' (a number)",
        "'history' (a list)",
        "'state_dict' (7 tensors by name)",
        "Pth.Read(path, \"state_dict\")")]
    [InlineData("LegacyCheckpoint", null, "'w' (a tensor)", "Pth.Read(path, \"state_dict\")")]
    [InlineData("Checkpoint", "nets", "'a' (1 tensors by name)", "Pth.Read(path, \"nets.a\")")]
    [InlineData("Checkpoint", "model", "no 'model'", "'state_dict'")]
    [InlineData("Checkpoint", "nets.b", "no 'b'", "'a'")]
    [InlineData("Checkpoint", "epoch", "'epoch' is a number")]
    [InlineData("Checkpoint", "epoch.x", "no 'x'")]
    [InlineData("Checkpoint", "optimizer", "holds more than tensors")]
    [InlineData("Tensor", null, "it is a tensor", "torch.save(model.state_dict(), path)")]
    [InlineData("Module", null, "'torch.nn.modules.container.Sequential'", "Nothing was executed", "torch.save(model.state_dict(), path)")]
    [InlineData("Complex", null, "'complex64'")]
    [InlineData("Bomb", null, "tensor 'w' of shape [32768, 32768] expands 1 elements", "67108864 bytes", ".contiguous()")]
    [InlineData("Beside2", null, "'args' (an object of 'argparse.Namespace')", "Pth.Read(path, \"state_dict\")")]
    [InlineData("Beside4", "args", "'args' is an object of 'argparse.Namespace'", "Nothing was executed")]
    [InlineData("Beside4", "args.lr", "no 'lr'", "'argparse.Namespace'")]
    [InlineData("Beside2", "array", "'numpy.ndarray'")]
    [InlineData("Beside2", "number", "'numpy.core.multiarray.scalar'")]
    [InlineData("Beside4", "module", "'torch.nn.modules.linear.Linear'", "Nothing was executed")]
    [InlineData("Beside4", "class", "the class or function 'torch.nn.modules.linear.Linear'")]
    [InlineData("Beside2", "counter", "holds more than tensors: '30' (a number), '60' (a number)")]
    [InlineData("Beside4", "keys", "'7' (a number)", "2 more")]
    [InlineData("Typeless", null, "tensor 'c' has the unsupported element type 'complex64'", "names")]
    [InlineData("Compressed", null, "compressed", "zip -0")]
    [InlineData("Script", null, "TorchScript", "torch.jit.load")]
    public void What_cannot_be_read_says_why(string name, string? key, params string[] parts)
    {
        string message = Refused(() => Read(name, key));
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    [Fact]
    public void Expanded_and_overlapping_tensors_are_read()
    {
        IReadOnlyDictionary<string, Tensor> tensors = Read("Overlapping");
        AssertValues(tensors["windows"].Contiguous(), [4, 3], 0f, 1, 2, 1, 2, 3, 2, 3, 4, 3, 4, 5);
        AssertValues(tensors["rows"].Contiguous(), [2, 3], 0f, 1, 2, 0, 1, 2);
        AssertValues(tensors["one"].Contiguous(), [2, 2], 7f, 7, 7, 7);
        Assert.Equal(1000, Read("Expanded")["w"].Sum().Item());
    }

    [Fact]
    public void Tensors_with_attributes_are_tensors()
    {
        IReadOnlyDictionary<string, Tensor> tensors = Read("Attributed");
        AssertValues(tensors["t"], [2], 1f, 2);
        AssertValues(tensors["p"], [1], 3f);
    }

    [Theory]
    [InlineData("Bomb")]
    [InlineData("Typeless")]
    [InlineData("Beside2")]
    [InlineData("Checkpoint")]
    public void What_was_not_chosen_by_names_may_be_anything(string name) =>
        Assert.Empty(
            Pth.Read(new MemoryStream(PthFixtures.Files[name]), name is "Bomb" or "Typeless" ? null : "state_dict", static _ => false));

    [Fact]
    public void Names_choose_tensors_among_other_things()
    {
        Assert.Equal(["w"], Pth.Read(new MemoryStream(PthFixtures.Files["LegacyCheckpoint"]), names: static n => n == "w").Keys);
        Assert.Equal(["w"], Pth.Read(new MemoryStream(PthFixtures.Files["Typeless"]), names: static n => n == "w").Keys);
        Assert.Contains(
            "'epoch' (a number)",
            Refused(static () => Pth.Read(new MemoryStream(PthFixtures.Files["LegacyCheckpoint"]), names: static n => n != "state_dict")),
            StringComparison.Ordinal);
        Assert.Contains(
            "\"state_dict\"",
            Refused(static () => Pth.Read(new MemoryStream(PthFixtures.Files["LegacyCheckpoint"]), names: static n => n == "x")),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("py2", null, new[] { "weight", "bias" }, new[] { 0f, 1, 2, 3, 4, 5, 7, 8 })]
    [InlineData("expanded", null, new[] { "grid" }, new[] { 0f, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 })]
    [Trait("Case", "pth-python2")]
    [Trait("Case", "pth-expanded")]
    public void Files_of_Python_2_and_expanded_tensors_are_read(string name, string? key, string[] names, float[] values)
    {
        IReadOnlyDictionary<string, Tensor> tensors = Pth.Read(Input(name), key);
        Assert.Equal(names, tensors.Keys);
        Assert.Equal(values, tensors.Values.SelectMany(static tensor => tensor.ToArray<float>()));
    }

    [Theory]
    [InlineData("multistep", "state_dict")]
    [InlineData("size", "state_dict")]
    [InlineData("namespace", "state_dict")]
    [InlineData("numpyscalar", "state_dict")]
    [InlineData("protocol4", null)]
    [Trait("Case", "pth-multistep")]
    [Trait("Case", "pth-namespace")]
    [Trait("Case", "pth-protocol4")]
    public void Weights_are_read_whatever_is_saved_beside_them(string name, string? key)
    {
        IReadOnlyDictionary<string, Tensor> tensors = Pth.Read(Input(name), key);
        Assert.Equal(["weight", "bias"], tensors.Keys);
        Assert.Equal(new Shape(1, 2), tensors["weight"].Shape);
        AssertSame(Pth.Read(Input("multistep"), "state_dict")["weight"], tensors["weight"]);
    }

    [Theory]
    [InlineData("os.system", "'posix.system'")]
    [InlineData("eval", "'__builtin__.eval'")]
    [InlineData("open", "'io.open'")]
    [InlineData("getattr", "'__builtin__.getattr'")]
    public void Code_is_named_and_not_run(string name, string function)
    {
        string message = Refused(() => Pth.Read(new MemoryStream(PthTesting.Zip(PthFixtures.Pickles[name]))));
        Assert.Contains(function, message, StringComparison.Ordinal);
        Assert.False(File.Exists("owned"));
    }

    [Fact]
    public void The_file_is_named()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["net.pth"], PthFixtures.Files["Network"]);
        Assert.Equal(7, Pth.Read(folder["net.pth"]).Count);

        File.AppendAllText(folder["net.pth"], "more");
        Assert.Contains("net.pth: its end is not the end of a zip", Refused(() => Pth.Read(folder["net.pth"])), StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_byte_is_found_by_its_check_sum()
    {
        byte[] file = [.. PthFixtures.Files["Views"]];
        int at = file.AsSpan().IndexOf(PthTesting.Six);
        file[at + 3] ^= 1;
        Assert.Contains("checksum of 'archive/data/0'", Refused(() => Pth.Read(new MemoryStream(file))), StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_behind_the_last_storage_are_refused() =>
        Refused(static () => Pth.Read(new MemoryStream([.. PthFixtures.Files["Legacy"], 0])));

    [Fact]
    public void A_stream_must_seek() =>
        Assert.Contains("MemoryStream", Refused(static () => Pth.Read(new Trickle(PthFixtures.Files["Views"]))), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("PK")]
    [InlineData("hello, this is no weight file at all")]
    [InlineData("<!DOCTYPE html><html>404</html>")]
    public void Something_else_is_refused(string text) =>
        Assert.Contains("a known .pth", Refused(() => Pth.Read(new MemoryStream(Encoding.ASCII.GetBytes(text)))), StringComparison.Ordinal);

    [Fact]
    public void A_tar_of_PyTorch_0_1_is_refused_by_name()
    {
        byte[] tar = new byte[1024];
        "ustar"u8.CopyTo(tar.AsSpan(257));
        Assert.Contains("PyTorch 0.1", Refused(() => Pth.Read(new MemoryStream(tar))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_pickle_that_torch_save_did_not_write_is_refused() =>
        Assert.Contains(
            "none that torch.save wrote",
            Refused(static () => Pth.Read(new MemoryStream(PthFixtures.Pickles["eval"]))),
            StringComparison.Ordinal);

    static string Input(string name) => RepositoryRoot.File("tests", "cases", "inputs", $"{name}.pth");

    static IReadOnlyDictionary<string, Tensor> Read(string fixture, string? key = null) =>
        Pth.Read(new MemoryStream(PthFixtures.Files[fixture]), key);
}
