using System.Text;
using Criterion.Losses;
using Criterion.Nn;
using Criterion.Optim;
using Criterion.Tests.Threads;

namespace Criterion.Tests.Repository;

/// <summary>The code of docs/threads.md.</summary>
public class ThreadsPageTests
{
    static readonly Tensor Smoothing = TensorScope.Outside(static () => Tensor.From(1f, 2, 1) / 4);

    [Fact]
    public async Task A_request_is_answered_across_awaits()
    {
        Module model = new Linear(4, 2, random: new RandomStream(1)).Eval();
        using MemoryStream request = new(Encoding.UTF8.GetBytes("1 2 3 4"));
        Assert.Equal(model.Forward(Tensor.From(1f, 2, 3, 4)).ToArray<float>(), await RespondAsync(model, request));
        Assert.True(Autograd.Enabled);
    }

    [Fact]
    public async Task A_training_awaits_its_data()
    {
        Linear model = new(2, 1, random: new RandomStream(1));
        SGD optimizer = new(model.Parameters(), 0.1);
        Tensor input = Tensor.Randn([16, 2], random: new RandomStream(2));
        double before = Step(model, optimizer, input, input.Sum(1, keepDim: true));
        await TrainAsync(model, optimizer, Batches(input, 50));
        Assert.InRange(Step(model, optimizer, input, input.Sum(1, keepDim: true)), 0, before / 10);
    }

    [Fact]
    public void Work_that_has_its_own_stream_draws_the_same_on_any_threads()
    {
        Tensor[] samples = DrawAll(new RandomStream(7), 100);
        for (int i = 0; i < samples.Length; i++)
        {
            Assert.Equal(Tensor.Randn([3], random: new RandomStream(7).Fork((ulong)i)).ToArray<float>(), samples[i].ToArray<float>());
        }
    }

    [Fact]
    public void A_static_tensor_outlives_the_scope_that_needs_it_first()
    {
        using (new TensorScope())
        {
            Assert.Equal(3, Smoothing.Count);
        }

        Assert.Equal([0.25f, 0.5f, 0.25f], Smoothing.ToArray<float>());
    }

    [Fact]
    public void What_the_page_says_is_refused_is_refused()
    {
        string page = RepositoryRoot.Read("docs", "threads.md");
        string code = page.Split("```cs\n")[1].Split("```")[0];
        Assert.Contains("CS4007", Snippet.Errors($$"""
            static async Task Answer(Module model, Tensor input)
            {
                {{code}}
            }

            static Task SendAsync(Tensor output) => Task.CompletedTask;
            """));
    }

    static async Task<float[]> RespondAsync(Module model, Stream request)
    {
        Tensor input = await ReadAsync(request);
        Tensor output = Predict(model, input);
        await LogAsync(output);
        return output.ToArray<float>();
    }

    static Tensor Predict(Module model, Tensor input)
    {
        using TensorScope scope = new();
        using (Autograd.NoGrad())
        {
            return scope.Keep(model.Forward(input));
        }
    }

    static async Task TrainAsync(Module model, Optimizer optimizer, IAsyncEnumerable<(Tensor Input, Tensor Target)> batches)
    {
        await foreach ((Tensor input, Tensor target) in batches)
        {
            Step(model, optimizer, input, target);
        }
    }

    static double Step(Module model, Optimizer optimizer, Tensor input, Tensor target)
    {
        using TensorScope scope = new();
        Tensor loss = new MSELoss().Forward(model.Forward(input), target);
        optimizer.ZeroGrad();
        loss.Backward();
        optimizer.Step();
        return loss.Item();
    }

    static Tensor[] DrawAll(RandomStream random, int count)
    {
        Tensor[] samples = new Tensor[count];
        Parallel.For(0, count, i => samples[i] = Tensor.Randn([3], random: random.Fork((ulong)i)));
        return samples;
    }

    static async Task<Tensor> ReadAsync(Stream request)
    {
        using StreamReader reader = new(request);
        string text = await reader.ReadToEndAsync();
        await Task.Yield();
        return Tensor.From([.. text.Split(' ').Select(float.Parse)]);
    }

    static async Task LogAsync(Tensor output)
    {
        await Task.Yield();
        Assert.Equal(2, output.Count);
    }

    static async IAsyncEnumerable<(Tensor Input, Tensor Target)> Batches(Tensor input, int count)
    {
        for (int i = 0; i < count; i++)
        {
            await Task.Yield();
            yield return (input, input.Sum(1, keepDim: true));
        }
    }
}
