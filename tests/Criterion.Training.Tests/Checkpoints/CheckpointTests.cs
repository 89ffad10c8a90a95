using Criterion.Formats;

namespace Criterion.Training.Tests;

public sealed class CheckpointTests : IDisposable
{
    readonly TempFolder _temp = new();

    static Checkpoint At(long step) => new(step, new OrderedDictionary<string, Tensor>
    {
        ["weights"] = Tensor.Arange(1000).To(DType.Float32) * (step + 1),
        ["moments"] = Tensor.Ones([3, 4], DType.Float64),
        ["place"] = Tensor.From([step, long.MaxValue], [2]),
    });

    string Folder => _temp["checkpoints"];

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_checkpoint_comes_back_as_it_was()
    {
        At(7).Write(_temp["c"]);
        Checkpoint read = Checkpoint.Read(_temp["c"]);

        Assert.Equal(7, read.Step);
        Assert.Equal(At(7).State.Keys, read.State.Keys);
        Assert.Equal(At(7).State["weights"].ToArray<float>(), read.State["weights"].ToArray<float>());
        Assert.Equal([7, long.MaxValue], read.State["place"].ToArray<long>());
    }

    [Fact]
    public void The_last_two_are_kept()
    {
        CheckpointFolder checkpoints = new(Folder);
        foreach (long step in (long[])[5, 10, 15, 20])
        {
            checkpoints.Write(At(step));
        }

        Assert.Equal(
            ["step-000000015.safetensors", "step-000000020.safetensors"], Directory.GetFiles(Folder).Select(Path.GetFileName).Order());
        Assert.Equal(20, checkpoints.Latest().Step);
    }

    [Fact]
    public void Every_altered_bit_is_found()
    {
        OrderedDictionary<string, Tensor> state = new()
        {
            ["weights"] = Tensor.Arange(30).To(DType.Float32),
            ["place"] = Tensor.From<long>([3, 4]),
        };
        Checkpoint small = new(7, state) { Run = "{}" };
        small.Write(_temp["c"]);
        byte[] whole = File.ReadAllBytes(_temp["c"]);
        for (int bit = 0; bit < 8 * whole.Length; bit++)
        {
            byte[] altered = [.. whole];
            altered[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(_temp["c"], altered);
            try
            {
                // A bit of the padding, or of a name that nothing depends on, says nothing.
                Checkpoint read = Checkpoint.Read(_temp["c"]);
                Assert.Equal((7, "{}"), (read.Step, read.Run));
                Assert.Equal(small.State["weights"].ToArray<float>(), read.State["weights"].ToArray<float>());
                Assert.Equal([3, 4], read.State["place"].ToArray<long>());
            }
            catch (CheckpointException)
            {
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(500)]
    [InlineData(4000)]
    public void A_torn_checkpoint_is_passed_over_with_a_message(int length)
    {
        CheckpointFolder checkpoints = new(Folder);
        checkpoints.Write(At(5));
        checkpoints.Write(At(10));
        string newest = Path.Combine(Folder, "step-000000010.safetensors");
        File.WriteAllBytes(newest, File.ReadAllBytes(newest)[..length]);
        List<string> warnings = [];

        Assert.Equal(5, checkpoints.Latest(warnings.Add).Step);
        Assert.Contains(newest, Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_to_go_on_from_is_an_error()
    {
        Assert.Throws<CheckpointException>(() => new CheckpointFolder(Folder).Latest());
        Formats.Safetensors.Write(_temp["other"], [new("x", Tensor.Ones([2]))]);
        Assert.Contains("is not a checkpoint", Assert.Throws<CheckpointException>(() => Checkpoint.Read(_temp["other"])).Message,
            StringComparison.Ordinal);
        Formats.Safetensors.Write(_temp["newer"], [], new Dictionary<string, string> { ["criterion_checkpoint"] = "99" });
        Assert.Contains(
            "version 99", Assert.Throws<CheckpointException>(() => Checkpoint.Read(_temp["newer"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_that_was_altered_is_passed_over_with_a_message()
    {
        CheckpointFolder checkpoints = new(Folder);
        checkpoints.Write(At(5));
        checkpoints.Write(At(10));
        string newest = Path.Combine(Folder, "step-000000010.safetensors");
        byte[] bytes = File.ReadAllBytes(newest);
        bytes[^100] ^= 1;
        File.WriteAllBytes(newest, bytes);
        List<string> warnings = [];

        Assert.Equal(5, checkpoints.Latest(warnings.Add).Step);
        Assert.Contains("its checksum differs", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_disk_leaves_the_checkpoints_before()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "this system has no /dev/full");
        CheckpointFolder checkpoints = new(Folder);
        checkpoints.Write(At(5));
        File.CreateSymbolicLink(Path.Combine(Folder, "step-000000010.safetensors"), "/dev/full");

        Assert.ThrowsAny<IOException>(() => checkpoints.Write(At(10)));
        Assert.Equal(5, checkpoints.Latest(static _ => { }).Step);
    }
}
