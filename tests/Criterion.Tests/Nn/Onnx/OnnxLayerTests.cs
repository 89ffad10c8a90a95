using Criterion.Nn;

namespace Criterion.Tests.Nn;

/// <summary>Layers as ONNX Runtime computes them, with random options.</summary>
public class OnnxLayerTests
{
    const int Seeds = 12;

    public static TheoryData<string, int> Cases()
    {
        TheoryData<string, int> data = [];
        foreach (Type layer in OnnxCases.Makers.Keys)
        {
            for (int seed = 0; seed < Seeds; seed++)
            {
                data.Add(layer.Name, seed);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_layer_agrees(string layer, int seed)
    {
        (Module module, Shape open) = OnnxCases.Makers.Single(maker => maker.Key.Name == layer).Value(new Random(seed));
        Shape input = OnnxCases.WithChannels(module, open);
        OnnxCases.Randomize(module, new RandomStream((ulong)seed));
        Func<Shape, Tensor>? inputs = module is Embedding ? static shape => Tensor.RandInt(0, 11, shape, new RandomStream(3)) : null;
        OnnxSession.AssertAgrees(module, input, inputs: inputs);
    }

    [Fact]
    public void Every_layer_is_exported_or_excluded_with_a_reason()
    {
        IEnumerable<Type> layers = typeof(Module).Assembly.GetTypes().Where(
            static type => type.IsSubclassOf(typeof(Module)) && !type.IsAbstract);
        Assert.Equal(
            layers.Select(static type => type.Name).Order(),
            OnnxCases.Makers.Keys.Concat(OnnxCases.Excluded.Keys).Select(static type => type.Name).Order());
    }

    [Fact]
    public void A_batch_norm_of_vectors_agrees()
    {
        BatchNorm1d norm = new(4);
        OnnxCases.Randomize(norm, new RandomStream(1));
        OnnxSession.AssertAgrees(norm, [4]);
        OnnxSession.AssertAgrees(new BatchNorm1d(4, trackRunningStats: false), [4], batches: [5]);
    }

    [Fact]
    public void A_spectral_norm_is_folded_after_its_training()
    {
        SpectralNorm norm = new(new Linear(6, 3));
        for (int i = 0; i < 3; i++)
        {
            norm.Forward(Tensor.Randn(4, 6));
        }

        OnnxSession.AssertAgrees(norm, [6], 1e-6);
        OnnxSession.AssertAgrees(new SpectralNorm(new Linear(6, 3)), [6], 1e-6);
    }
}
