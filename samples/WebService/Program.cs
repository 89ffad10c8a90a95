using Criterion;
using Criterion.Losses;
using Criterion.Nn;
using WebService;

Service.Build(args).Run();

namespace WebService
{
    /// <summary>A network and a loss behind HTTP. Both are singletons, which any number of requests may use at once.</summary>
    public static class Service
    {
        public static WebApplication Build(string[] args)
        {
            WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
            builder.Services.AddSingleton(_ => new Sequential(new Linear(4, 16), new ReLU(), new Linear(16, 3)).Eval());
            builder.Services.AddSingleton(_ => new HuberLoss(delta: 0.5));
            WebApplication app = builder.Build();
            app.Use(InvalidInput.ToBadRequest);
            app.MapPost("/predict", (float[][] rows, Sequential model) => Predict(model, rows));
            app.MapPost("/loss", (Pair pair, HuberLoss loss) =>
            {
                (double value, float[] gradient) = loss.Evaluate(pair.Prediction, pair.Target);
                return new Scored(value, gradient);
            });
            app.MapPost("/fit", (Table table, CancellationToken cancel) => table.Fit(cancel));
            return app;
        }

        static float[] Predict(Module model, float[][] rows)
        {
            using TensorScope scope = new(); // returns the memory of the request to a pool
            using var inference = Autograd.NoGrad();
            return model.Forward(Tensor.From(rows)).Softmax(1).ToArray<float>();
        }
    }
}
