using Criterion.Formats;
using Criterion.Losses;
using Criterion.Metrics;
using Criterion.Nn;
using Criterion.Optim;
using Criterion.Tests.Threads;

namespace Criterion.Tests.Repository;

/// <summary>The code of docs/getting-started.md, docs/measuring.md, docs/deploying.md and docs/pytorch.md.</summary>
public class PageTests
{
    [Fact]
    public void The_aliases_of_the_page_resolve_the_names_that_collide()
    {
        string aliases = RepositoryRoot.Read("docs", "getting-started.md").Split("```cs\n")[1].Split("```")[0];
        const string Use = """

            Tensor x = Tensor.Ones(2);
            Module layer = new Linear(2, 1);
            Console.WriteLine(layer.Forward(x) + " " + typeof(Assembly) + TensorPrimitives.Sum<float>([1f]));
            """;
        Assert.Empty(Snippet.ErrorsOfProgram(aliases + Use));
        string[] ambiguous = [.. aliases.Split('\n').Where(static line => !line.Contains('='))];
        Assert.Contains("CS0104", Snippet.ErrorsOfProgram(string.Join('\n', ambiguous) + Use));
    }

    [Fact]
    public void A_model_of_pytorch_is_built()
    {
        var model = new Sequential(new Linear(2, 32), new Tanh(), new Linear(32, 1));
        var optimizer = new Adam(model.Parameters(), learningRate: 0.01);
        var loss = new BCEWithLogitsLoss();
        Assert.Equal(4, optimizer.Parameters.Count);
        Assert.True(double.IsFinite(loss.Forward(model.Forward(Tensor.Ones([4, 2])), Tensor.Ones([4, 1])).Item()));
    }

    [Fact]
    public void A_network_learns()
    {
        Tensor x = Tensor.Randn([32, 2], random: new RandomStream(1));
        Sequential model = new(new Linear(2, 8, random: new RandomStream(2)), new Tanh(), new Linear(8, 1, random: new RandomStream(3)));
        Assert.InRange(Fit(model, x, x.Sum(1, keepDim: true)), 0, 0.1);
    }

    static double Fit(Module model, Tensor x, Tensor y)
    {
        Adam optimizer = new(model.Parameters(), learningRate: 0.01);
        MSELoss loss = new();
        double last = 0;
        for (int step = 0; step < 200; step++)
        {
            using TensorScope scope = new(); // returns the memory of the step to a pool
            Tensor error = loss.Forward(model.Forward(x), y);
            optimizer.ZeroGrad();
            error.Backward();
            optimizer.Step();
            last = error.Item();
        }

        return last;
    }

    [Fact]
    public void A_distance_is_accumulated_over_batches()
    {
        Tensor[] real = [.. Enumerable.Range(0, 3).Select(static i => Tensor.Randn([50, 64], random: new RandomStream((ulong)i)))];
        Assert.InRange(DistanceOf(real, real), -1e-6, 1e-6);
        Assert.InRange(DistanceOf(real, real.Select(static batch => batch + 1)), 63, 65);
    }

    static double DistanceOf(IEnumerable<Tensor> real, IEnumerable<Tensor> fake)
    {
        FeatureStatistics ofReal = new(dimensions: 64), ofFake = new(dimensions: 64);
        foreach (Tensor features in real)
        {
            ofReal.Add(features); // [N, 64]
        }

        foreach (Tensor features in fake)
        {
            ofFake.Add(features);
        }

        return FrechetDistance.Between(ofReal, ofFake).Value;
    }

    [Fact]
    public void Weights_go_through_a_file()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "weights.safetensors");
        Linear from = new(2, 3), to = new(2, 3);
        Copy(from, to, path);
        Assert.Equal(from.Weight.ToArray<float>(), to.Weight.ToArray<float>());
    }

    static void Copy(Module from, Module to, string path)
    {
        Safetensors.Write(path, from.StateDict());
        to.LoadStateDict(Safetensors.Read(path).Tensors);
    }
}
