using Criterion.Formats;
using Criterion.Losses;
using Criterion.Nn;
using Criterion.Tests.Repository;

namespace Criterion.Tests.Threads;

/// <summary>Objects that docs/threads.md allows threads to share: many threads compute the bits that one computes.</summary>
public class SharingTests
{
    const int Threads = 8;
    const int Rounds = 20;

    static readonly Sequential Net = Jobs.Images();

    /// <summary>Functions of a seed that use something shared.</summary>
    static readonly Dictionary<string, Func<ulong, string>> Shared = new()
    {
        ["module in evaluation"] = static seed => Jobs.Bits(Jobs.Predict(Net, Jobs.Image(seed))),
        ["module in evaluation, outside of a scope"] = static seed => Jobs.Bits(Net.Forward(Jobs.Image(seed))),
        ["gradient through a module"] = static seed => Jobs.Bits(Jobs.Slope(Net, Jobs.Image(seed))),
        ["losses"] = Losses(),
        ["penalty"] = Penalty(),
        ["tensor and its views"] = Views(),
        ["npy"] = Reader(static () => Npy.Read(Input("clusters_real.npy"))),
        ["pth"] = Reader(static () => Pth.Read(Input("bn_0.3.pth")).Values.First()),
        ["png"] = Reader(static () => Png.Read(Input("stripes.png"))),
        ["json"] = static seed => System.Text.Json.JsonSerializer.Serialize(Jobs.Image(seed)),
    };

    public static TheoryData<string> Names => [.. Shared.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Many_threads_compute_the_bits_of_one(string name)
    {
        Func<ulong, string> function = Shared[name];
        string[] expected = [.. Enumerable.Range(0, Rounds).Select(seed => function((ulong)seed))];
        OnThreads(_ =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                Assert.Equal(expected[i], function((ulong)i));
            }
        });
    }

    [Fact]
    public void Evaluation_does_not_change_the_state()
    {
        Sequential net = Jobs.Images();
        string before = State(net);
        OnThreads(i => Jobs.Predict(net, Jobs.Image((ulong)i)));
        Assert.Equal(before, State(net));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Gradients_of_threads_add_up(bool inScope)
    {
        Tensor w = Tensor.Full([7], 3, DType.Float64);
        w.RequiresGrad = true;
        OnThreads(_ =>
        {
            for (int i = 0; i < 200; i++)
            {
                Backward(w, inScope);
            }
        });
        Assert.All(w.Grad!.ToArray<double>(), static g => Assert.Equal(Threads * 200 * 6, g));
    }

    [Fact]
    public async Task A_graph_is_recorded_on_one_thread_and_differentiated_on_others()
    {
        Linear layer = new(3, 1, random: new RandomStream(1));
        Tensor[] gradients = [];
        Tensor loss = layer.Weight;
        await Jobs.OnThread(() => loss = layer.Forward(Tensor.Ones([2, 3])).Sum());
        await Jobs.OnThread(() => gradients = Autograd.Grad([loss], [.. layer.Parameters()], createGraph: true));
        await Jobs.OnThread(() => loss.Backward());
        Assert.Equal(gradients[0].ToArray<float>(), layer.Weight.Grad!.ToArray<float>());
    }

    static Func<ulong, string> Losses()
    {
        (MSELoss mse, SsimLoss ssim, CrossEntropyLoss entropy) = (new(), new(ImageRange.MinusOneOne), new(labelSmoothing: 0.1));
        return seed =>
        {
            using TensorScope scope = new();
            (Tensor x, Tensor y) = (Jobs.Image(seed).Tanh().Pad([4, 4, 4, 4]), Jobs.Image(seed + 1).Tanh().Pad([4, 4, 4, 4]));
            x.RequiresGrad = true;
            Tensor loss = mse.Forward(x, y) + ssim.Forward(x, y) + entropy.Forward(x.Reshape(2, -1), Tensor.From(1L, 5));
            return Jobs.Bits(loss, Autograd.Grad(loss, x));
        };
    }

    static Func<ulong, string> Penalty()
    {
        Sequential critic = [new Linear(4, 8, random: new RandomStream(1)), new Tanh(), new Linear(8, 1, random: new RandomStream(2))];
        GradientPenalty penalty = new();
        return seed =>
        {
            using TensorScope scope = new();
            RandomStream random = new(seed);
            (Tensor real, Tensor fake) = (Tensor.Randn([3, 4], random: random), Tensor.Randn([3, 4], random: random));
            return $"{penalty.Forward(critic.Forward, real, fake, random).Item()}";
        };
    }

    static Func<ulong, string> Views()
    {
        Tensor table = Tensor.Randn([20, 30], random: new RandomStream(3));
        return seed =>
        {
            int row = (int)(seed % 20);
            return Jobs.Bits(table.Transpose().MatMul(table[row].Expand([20, 30])), table.IndexSelect(0, Tensor.From((long)row)));
        };
    }

    static Func<ulong, string> Reader(Func<Tensor> read) => _ => Text(read());

    static string State(Module net) => string.Join(' ', net.StateDict().Values.Select(Text));

    static string Text(Tensor tensor) => string.Join(',', tensor.To(DType.Float64).ToArray<double>());

    static string Input(string name) => RepositoryRoot.File("tests", "cases", "inputs", name);

    static void Backward(Tensor w, bool inScope)
    {
        if (!inScope)
        {
            (w * w).Sum().Backward();
            return;
        }

        using TensorScope scope = new();
        (w * w).Sum().Backward();
    }

    static void OnThreads(Action<int> action)
    {
        using Barrier start = new(Threads);
        Task.WaitAll(Enumerable.Range(0, Threads).Select(i => Jobs.OnThread(() =>
        {
            start.SignalAndWait();
            action(i);
        })));
    }
}
