using Criterion.Formats;
using Criterion.Nn;
using Criterion.Tests.Repository;

namespace Criterion.Tests.Nn;

/// <summary>States that earlier versions of PyTorch wrote load in strict mode; what is really missing is named.</summary>
public class OldStateTests
{
    [Fact]
    [Trait("Case", "bn-old-state")]
    public void A_batch_norm_without_its_counter_loads()
    {
        BatchNorm2d norm = new(2);
        norm.Forward(Tensor.Randn([2, 2, 3, 3]));
        norm.LoadStateDict(Pth.Read(RepositoryRoot.File("tests", "cases", "inputs", "bn_0.3.pth")));
        Assert.Equal([1f, 2f], norm.RunningMean!.ToArray<float>());
        Assert.Equal([4f, 9f], norm.RunningVar!.ToArray<float>());
        Assert.Equal(0, norm.BatchesTracked!.Item());
    }

    [Theory]
    [InlineData("running_mean")]
    [InlineData("running_var")]
    [InlineData("weight")]
    public void A_batch_norm_with_a_real_gap_does_not(string missing)
    {
        Sequential net = [new BatchNorm1d(2)];
        Dictionary<string, Tensor> state = Without(net, "0.num_batches_tracked", $"0.{missing}");
        Assert.Contains(
            $"0.{missing}", Assert.Throws<StateDictException>(() => net.LoadStateDict(state)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_instance_norm_passes_over_statistics_that_it_did_not_use()
    {
        Sequential old = [new InstanceNorm2d(2, affine: true, trackRunningStats: true)];
        Dictionary<string, Tensor> state = Without(old, "0.num_batches_tracked");
        state["0.weight"] = Tensor.Full([2], 5);
        Sequential net = [new InstanceNorm2d(2, affine: true)];
        net.LoadStateDict(state);
        Assert.Equal(5, net.StateDict()["0.weight"][0].Item());
        old.LoadStateDict(state);

        // With a counter they were saved by a layer that uses them.
        state["0.num_batches_tracked"] = Tensor.Zeros([], DType.Int64);
        Assert.Contains(
            "0.running_mean", Assert.Throws<StateDictException>(() => net.LoadStateDict(state)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_batch_norm_without_statistics_refuses_them()
    {
        Sequential net = [new BatchNorm1d(2, trackRunningStats: false)];
        Assert.Throws<StateDictException>(() => net.LoadStateDict(Without(new Sequential(new BatchNorm1d(2)), "0.num_batches_tracked")));
    }

    public static TheoryData<string, Func<string, string>> OtherNames => new()
    {
        {
            "parametrization", static name => name switch
            {
                "weight_orig" => "parametrizations.weight.original",
                "weight_u" => "parametrizations.weight.0._u",
                "weight_v" => "parametrizations.weight.0._v",
                _ => name,
            }
        },
        { "weight_bar", static name => name == "weight_orig" ? "weight_bar" : name },
        { "wrapped weight_bar", static name => $"module.{(name == "weight_orig" ? "weight_bar" : name)}" },
    };

    [Theory]
    [MemberData(nameof(OtherNames), DisableDiscoveryEnumeration = true)]
    public void A_spectral_norm_with_other_names_loads(string kind, Func<string, string> rename)
    {
        (Sequential from, Sequential to) = (Spectral(1), Spectral(2));
        from.Forward(Tensor.Randn([2, 3, 5, 5]));
        Dictionary<string, Tensor> state = from.StateDict().ToDictionary(
            pair => $"0.{rename(pair.Key[2..])}", static pair => pair.Value.Clone());
        to.LoadStateDict(state);
        Assert.All(from.StateDict(), pair => Assert.True(
            pair.Value.ToArray<float>().SequenceEqual(to.StateDict()[pair.Key].ToArray<float>()), $"{kind} {pair.Key}"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_spectral_norm_without_v_evaluates_as_it_was_saved(bool isTransposed)
    {
        (Sequential from, Sequential to) = isTransposed ? (Transposed(1), Transposed(2)) : (Spectral(1), Spectral(2));
        Tensor x = Tensor.Randn([2, 3, 5, 5], random: new(4));
        from.Forward(x);
        float[] expected = from.Eval().Forward(x).ToArray<float>();
        Dictionary<string, Tensor> state = Without(from, "0.weight_v");
        Tensor divided = Divided(from);
        state["0.weight"] = divided;
        to.LoadStateDict(state);
        Assert.Equal(expected, to.Eval().Forward(x).ToArray<float>(), static (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void A_spectral_norm_with_a_real_gap_does_not_load()
    {
        Sequential net = Spectral(1);
        Assert.Contains(
            "weight_u",
            Assert.Throws<StateDictException>(() => net.LoadStateDict(Without(net, "0.weight_u"))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "weight_orig",
            Assert.Throws<StateDictException>(() => net.LoadStateDict(Without(net, "0.weight_orig"))).Message,
            StringComparison.Ordinal);
        Dictionary<string, Tensor> plain = new() { ["0.weight"] = Tensor.Zeros([4, 3, 3, 3]), ["0.bias"] = Tensor.Zeros([4]) };
        Assert.Contains("0.weight", Assert.Throws<StateDictException>(() => net.LoadStateDict(plain)).Message, StringComparison.Ordinal);
    }

    static Sequential Spectral(ulong seed) => [new SpectralNorm(new Conv2d(3, 4, 3, random: new(seed)), random: new(seed + 10))];

    static Sequential Transposed(ulong seed) => [new SpectralNorm(new ConvTranspose2d(3, 4, 3, random: new(seed)), random: new(seed + 10))];

    /// <summary>weight_orig / σ with σ = uᵀWv.</summary>
    static Tensor Divided(Sequential net)
    {
        IReadOnlyDictionary<string, Tensor> state = net.StateDict();
        Tensor weight = state["0.weight_orig"];
        Tensor matrix = ((SpectralNorm)net[0]).Matrix(weight);
        return weight / state["0.weight_u"].Dot(matrix.MatMul(state["0.weight_v"]));
    }

    static Dictionary<string, Tensor> Without(Module module, params string[] names) =>
        module.StateDict().Where(pair => !names.Contains(pair.Key)).ToDictionary(
            static pair => pair.Key, static pair => pair.Value.Clone());
}
