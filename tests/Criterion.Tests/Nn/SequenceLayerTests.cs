using Criterion.Nn;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Nn;

/// <summary>States, dropout, masks and errors of layers of sequences, which golden numbers do not show.</summary>
public class SequenceLayerTests
{
    const DType Double = DType.Float64;

    static Tensor Random(int seed, params int[] shape) => Tensor.Randn(shape, Double, new RandomStream((ulong)seed));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void An_LSTM_continues_from_its_state(int layers)
    {
        LSTM lstm = new(3, 4, layers, dtype: Double);
        Tensor x = Random(1, 5, 2, 3);
        (Tensor whole, Tensor hidden, Tensor cell) = lstm.Forward(x, state: null);
        (Tensor start, Tensor h, Tensor c) = lstm.Forward(x[..2], state: null);
        (Tensor end, h, c) = lstm.Forward(x[2..], (h, c));
        GoldenAssert.Close(whole, Tensor.Cat([start, end]), "output", 1e-12);
        GoldenAssert.Close(hidden, h, "hidden", 1e-12);
        GoldenAssert.Close(cell, c, "cell", 1e-12);
        GoldenAssert.Close(whole[4], hidden[layers - 1], "last step", 1e-12);
        Assert.Equal([layers, 2, 4], hidden.Shape);
        GoldenAssert.Close(whole, lstm.Forward(x), "plain", 1e-12);
    }

    [Fact]
    public void A_GRU_continues_from_its_state()
    {
        GRU gru = new(3, 4, batchFirst: true, dtype: Double);
        Tensor x = Random(2, 2, 5, 3);
        (Tensor whole, Tensor hidden) = gru.Forward(x, state: null);
        (Tensor start, Tensor h) = gru.Forward(x[.., ..2], state: null);
        (Tensor end, h) = gru.Forward(x[.., 2..], h);
        GoldenAssert.Close(whole, Tensor.Cat([start, end], 1), "output", 1e-12);
        GoldenAssert.Close(hidden, h, "hidden", 1e-12);
        Assert.Equal([1, 2, 4], hidden.Shape);
    }

    [Fact]
    public void The_backward_direction_ends_at_the_first_step()
    {
        LSTM lstm = new(2, 3, bidirectional: true, dtype: Double);
        (Tensor output, Tensor hidden, _) = lstm.Forward(Random(3, 4, 2, 2), state: null);
        Assert.Equal([4, 2, 6], output.Shape);
        GoldenAssert.Close(output[3, .., ..3], hidden[0], "forwards", 1e-12);
        GoldenAssert.Close(output[0, .., 3..], hidden[1], "backwards", 1e-12);
    }

    [Fact]
    public void States_have_first_and_second_derivatives()
    {
        LSTM lstm = new(2, 2, dtype: Double);
        GRU gru = new(2, 2, dtype: Double);
        GradCheck.Check(
            inputs =>
            {
                (Tensor output, Tensor h, Tensor c) = lstm.Forward(inputs[0], (inputs[1], inputs[2]));
                return output.Sum() + (h * c).Sum();
            },
            [Random(4, 2, 1, 2), Random(5, 1, 1, 2), Random(6, 1, 1, 2)]);
        GradCheck.Check(
            inputs =>
            {
                (Tensor output, Tensor h) = gru.Forward(inputs[0], inputs[1]);
                return output.Sum() + (h * h).Sum();
            },
            [Random(4, 2, 1, 2), Random(5, 1, 1, 2)]);
    }

    [Fact]
    public void Cross_attention_has_first_and_second_derivatives()
    {
        MultiheadAttention attention = new(4, 2, dtype: Double);
        GradCheck.Check(
            inputs => attention.Forward(inputs[0], inputs[1], inputs[2]).Pow(2).Sum(),
            [Random(7, 1, 2, 4), Random(8, 1, 3, 4), Random(9, 1, 3, 4)]);
    }

    [Fact]
    public void Masks_of_attention_agree()
    {
        MultiheadAttention attention = new(4, 2, dtype: Double);
        Tensor x = Random(10, 2, 3, 4);
        Tensor causal = attention.Forward(x, causal: true);
        Tensor later = Tensor.Arange(3).Unsqueeze(0).Greater(Tensor.Arange(3).Unsqueeze(1));
        GoldenAssert.Close(causal, attention.Forward(x, x, x, mask: later), "Bool", 1e-12);
        GoldenAssert.Close(causal, attention.Forward(x, x, x, mask: later.Expand(4, 3, 3)), "each head", 1e-12);
        Tensor added = Tensor.Zeros([3, 3], Double).MaskedFill(later, double.NegativeInfinity);
        GoldenAssert.Close(causal, attention.Forward(x, x, x, mask: added), "added", 1e-12);
        GoldenAssert.Close(causal[.., 0..1], attention.Forward(x[.., 0..1]), "the first step attends to itself", 1e-12);
    }

    [Fact]
    public void Dropout_between_layers_follows_mode_and_stream()
    {
        LSTM lstm = new(2, 3, layers: 2, dropout: 0.5, random: new RandomStream(4));
        MultiheadAttention attention = new(4, 1, dropout: 0.5, random: new RandomStream(4));
        Tensor x = Tensor.Randn([6, 4, 2]);
        Tensor words = Tensor.Randn([2, 6, 4]);
        Assert.NotEqual(lstm.Forward(x).ToArray<float>(), lstm.Forward(x).ToArray<float>());
        Assert.NotEqual(attention.Forward(words).ToArray<float>(), attention.Forward(words).ToArray<float>());
        Assert.Single(lstm.RandomStreams());
        Assert.Single(attention.RandomStreams());
        lstm.Eval();
        attention.Eval();
        Assert.Equal(lstm.Forward(x).ToArray<float>(), lstm.Forward(x).ToArray<float>());
        Assert.Equal(attention.Forward(words).ToArray<float>(), attention.Forward(words).ToArray<float>());
    }

    [Fact]
    public void Dropout2d_drops_whole_channels()
    {
        float[] y = new Dropout2d(0.5, new RandomStream(3)).Forward(Tensor.Ones([50, 40, 3, 2])).ToArray<float>();
        float[][] channels = [.. y.Chunk(6)];
        Assert.All(channels, static channel => Assert.All(channel, value => Assert.Equal(channel[0], value)));
        Assert.All(channels, static channel => Assert.True(channel[0] is 0 or 2));
        Assert.Equal(0.5, channels.Count(static channel => channel[0] == 0) / 2000.0, 0.05);
        Tensor x = Tensor.Ones([1, 1, 2, 2]);
        Assert.Same(x, new Dropout2d().Eval().Forward(x));
    }

    [Fact]
    public void A_recurrent_training_releases_its_memory()
    {
        Sequential net = [new LSTM(3, 4, batchFirst: true), new GRU(4, 2, batchFirst: true)];
        Tensor x = Tensor.Randn([2, 5, 3]);
        float[] expected = [];
        for (int i = 0; i < 3; i++)
        {
            using TensorScope scope = new();
            net.ZeroGrad();
            net.Forward(x).Sum().Backward();
            float[] gradients = [.. net.Parameters().SelectMany(static p => p.Grad!.ToArray<float>())];
            Assert.Equal(i == 0 ? gradients : expected, gradients);
            expected = gradients;
        }
    }

    public static TheoryData<Action, string> Errors => new()
    {
        { () => new Conv1d(2, 3, 0), "kernel" },
        { () => new Conv1d(2, 3, 2, padding: -1), "padding" },
        { () => new Conv1d(3, 4, 2, groups: 2), "group" },
        { () => new Conv1d(2, 3, 2).Forward(Tensor.Ones([1, 3, 5])), "C = 2" },
        { () => new Conv1d(2, 3, 2).Forward(Tensor.Ones([2, 5])), "Unsqueeze(0)" },
        { () => new Conv1d(2, 3, 4, dilation: 2).Forward(Tensor.Ones([1, 2, 6])), "covers 7 values" },
        { () => new ConvTranspose1d(2, 3, 2).Forward(Tensor.Ones([1, 3, 5])), "C = 2" },
        { () => new ConvTranspose1d(2, 3, 2, outputPadding: 1), "outputPadding" },
        { () => new MaxPool1d(3).Forward(Tensor.Ones([1, 1, 2])), "window of 3" },
        { () => new MaxPool1d(2).Forward(Tensor.Ones([2, 2])), "[N, C, L]" },
        { () => new AvgPool1d(3, padding: 2), "padding" },
        { () => new AvgPool1d(2, stride: 0), "stride" },
        { () => new PReLU(0), "count" },
        { () => new PReLU(slope: double.NaN), "slope" },
        { () => new PReLU(3).Forward(Tensor.Ones([2, 2])), "C = 3" },
        { () => new InstanceNorm1d(3).Forward(Tensor.Ones([2, 3])), "[N, C, L]" },
        { () => new Dropout2d().Forward(Tensor.Ones([2, 3])), "[N, C, H, W]" },
        { () => new LSTM(0, 1), "inputSize" },
        { () => new LSTM(1, 0), "hiddenSize" },
        { () => new GRU(1, 1, layers: 0), "layers" },
        { () => new GRU(1, 1, dropout: 2), "dropout" },
        { () => new LSTM(2, 3).Forward(Tensor.Ones([4, 2])), "Unsqueeze(1)" },
        { () => new LSTM(2, 3, batchFirst: true).Forward(Tensor.Ones([4, 2])), "Unsqueeze(0)" },
        { () => new LSTM(2, 3).Forward(Tensor.Ones([0, 1, 2])), "not empty" },
        { () => new GRU(2, 3).Forward(Tensor.Ones([4, 1, 2]), Tensor.Ones([1, 2, 3])), "[1, 1, 3]" },
        { () => new GRU(2, 3).Forward(Tensor.Ones([4, 1, 2]), Tensor.Ones([1, 1, 3], DType.Float64)), "the state is Float64" },
        { () => new MultiheadAttention(4, 3), "multiple of the 3" },
        { () => new MultiheadAttention(4, 2).Forward(Tensor.Ones([2, 4])), "[N, L, dim]" },
        { () => new MultiheadAttention(4, 2).Forward(Ones(2), Ones(1), Ones(1)), "[2, 3, 4]" },
        { () => new MultiheadAttention(4, 2).Forward(Ones(1), Ones(1).To(DType.Float64), Ones(1)), "the key is Float64" },
        { () => new MultiheadAttention(4, 2).Forward(Ones(1), Ones(1), Ones(1), mask: Tensor.Ones([2, 3])), "[3, 3]" },
        { () => new MultiheadAttention(4, 2).Forward(Ones(1), Ones(1), Ones(1), mask: Tensor.Ones([3, 3], DType.Int64)), "Int64" },
        { () => new MultiheadAttention(4, 2).Forward(Ones(1), Ones(1), Ones(1), Tensor.Ones([1, 3])), "key padding mask is Float32" },
        { () => new MultiheadAttention(4, 2).Forward(Ones(1), Ones(1), Ones(1), Tensor.Ones([1, 2], DType.Bool)), "[1, 3]" },
    };

    [Theory]
    [MemberData(nameof(Errors), DisableDiscoveryEnumeration = true)]
    public void Bad_input_is_named(Action action, string part)
    {
        Exception error = Record.Exception(action)!;
        Assert.True(error is TensorException or ArgumentException, $"{error}");
        Assert.Contains(part, error.Message);
    }

    static Tensor Ones(int batch) => Tensor.Ones([batch, 3, 4]);
}
